cdef class BodyFraming:
    cdef public bint chunked
    cdef public object remaining

    cpdef frame(self, piece)
    cpdef end(self)
