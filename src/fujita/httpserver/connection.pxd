from fujita.wire.http1.request cimport RequestParser

cdef class Connection:
    cdef public object transport
    cdef public object context
    cdef public object settings
    cdef public RequestParser parser
    cdef public bint closing

    cpdef write(self, data)
    cpdef response_complete(self)
