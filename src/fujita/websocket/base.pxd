from fujita.httpserver.successor cimport SuccessorProtocol

cdef class WebSocketProtocol(SuccessorProtocol):
    cdef public object handler
    cdef public object transport
    cdef public bint client_terminated
    cdef public bint server_terminated
    cdef public object close_code
    cdef public object close_reason
    cdef public object _stream
    cdef public object _error
