from fujita.tasks cimport call
from fujita.websocket.outbox cimport Outbox
from fujita.websocket.sending cimport SendingPart

cdef class ReceivingPart(SendingPart):
    cdef public object _context
    cdef public bint _busy
    cdef public object _task
    cdef public list _held
    cdef public Py_ssize_t _held_size
    cdef public bint _lost
    cdef public bint _reading_paused
    cdef public bint _says_closed

    cdef _start(self, list events)
