cdef class HTTPConnection:
    cpdef respond(self, code, str reason, dict fields, bytes body)
