from fujita.websocket.base cimport WebSocketProtocol
from fujita.websocket.outbox cimport Outbox
from fujita.wire.websocket.connection cimport WebSocketConnection

cdef class SendingPart(WebSocketProtocol):
    cdef public bint mask_outgoing
    cdef public object params
    cdef public object _pending
    cdef public Py_ssize_t _pending_size
    cdef public bint _receiving
    cdef public bint _paused
    cdef public object _drained
    cdef public Outbox _outbox
    cdef public WebSocketConnection _wire
    cdef bint _shares_frames

    cdef _send(self, bytes frame)
    cdef _flush(self)
