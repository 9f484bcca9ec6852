cimport cython

from fujita.wire.websocket.mask cimport apply_mask, rotate_key, unmask

cdef int _WHOLE_TEXT
cdef int _WHOLE_BINARY

cdef class MessageReceiver:
    cdef public object role
    cdef public object deflate
    cdef public object max_message_size
    cdef public object max_frame_size
    cdef public object max_fragments
    cdef bint _at_rest
    cdef object _decompressor
    cdef bint _ended
    cdef bint _final
    cdef Py_ssize_t _fragments
    cdef bytes _held
    cdef bytes _key
    cdef object _left
    cdef int _mask_bit
    cdef object _message
    cdef int _opcode
    cdef Py_ssize_t _overhead
    cdef bytes _partial_character
    cdef Py_ssize_t _short
    cdef bint _squeezed
    cdef Py_ssize_t _whole

    @cython.locals(start=Py_ssize_t, size=Py_ssize_t, length=Py_ssize_t, payload=bytes)
    cpdef list receive_data(self, bytes data)

    cdef list _receive(self, bytes data)

    @cython.locals(
        position=Py_ssize_t,
        end=Py_ssize_t,
        overhead=Py_ssize_t,
        mask_bit=int,
        limit=Py_ssize_t,
        first=int,
        size=Py_ssize_t,
        start=Py_ssize_t,
        stop=Py_ssize_t,
        payload=bytes,
    )
    cdef _parse(self, bytes data, list events)
