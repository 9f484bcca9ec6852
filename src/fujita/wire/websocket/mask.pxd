cimport cython

cdef bint _IN_C

@cython.locals(size=Py_ssize_t)
cpdef bytes apply_mask(bytes key, bytes data)
cpdef bytes unmask(bytes data, Py_ssize_t start, Py_ssize_t stop)
cpdef bytes rotate_key(bytes key, Py_ssize_t offset)

@cython.locals(
    source=cython.p_uchar,
    key=cython.p_uchar,
    target=cython.p_uchar,
    i=Py_ssize_t,
    whole=Py_ssize_t,
    result=bytes,
    key_0=cython.uchar,
    key_1=cython.uchar,
    key_2=cython.uchar,
    key_3=cython.uchar,
)
cdef bytes _xor(bytes key_bytes, Py_ssize_t key_start, bytes data, Py_ssize_t start, Py_ssize_t size)
