cdef class HTTPConnection:
    pass
