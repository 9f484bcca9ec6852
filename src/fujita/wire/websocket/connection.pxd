cimport cython

from fujita.wire.websocket.receiver cimport MessageReceiver

cdef class WebSocketConnection(MessageReceiver):
    cdef object _compression
    cdef object _compressor
    cdef bint _masks
    cdef bint _plain
    cdef public bint close_sent

    @cython.locals(payload=bytes, string=str)
    cpdef bytes send_text(self, text)
    cpdef bytes send_binary(self, data)
    cpdef bytes send_prepared(self, message)
