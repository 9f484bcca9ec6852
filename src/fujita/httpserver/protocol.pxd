from fujita.httpserver.connection cimport Connection
from fujita.httpserver.exchange cimport ServerExchange
from fujita.httpserver.timeouts cimport PhaseTimer
from fujita.httputil.request_state cimport fill
from fujita.wire.http1.request cimport RequestHead, RequestParser

cdef class ServerProtocol(Connection):
    cdef object _context
    cdef public object server
    cdef public object loop
    cdef public ServerExchange exchange
    cdef public object decoder
    cdef PhaseTimer _timer
    cdef object _stream
    cdef object _drained
    cdef bint _advancing
    cdef bint _ended
    cdef bint _paused
    cdef bint _waiting
    cdef object __weakref__

    cpdef data_received(self, bytes data)
    cpdef _advance(self)
    cpdef _begin(self, RequestHead head)
    cpdef _read_on(self)
