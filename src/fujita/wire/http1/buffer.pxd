cdef class ReceiveBuffer:
    cdef public bytes _data
    cdef public Py_ssize_t _position
    cdef public Py_ssize_t _scanned
    cdef public list _tail

    cpdef receive_data(self, bytes data)
    cpdef bytes _join(self)
    cpdef match(self, pattern)
    cpdef bytes take(self, Py_ssize_t size)
