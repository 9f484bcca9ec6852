cdef class Outbox:
    cdef public object loop
    cdef public object pool
    cdef public object done
    cdef public object frame_of
    cdef public object frame_binary
    cdef public bytes frame
    cdef list _dirty
    cdef object _json
    cdef object _json_of
    cdef object _json_snapshot
    cdef object _prepared
    cdef object _prepared_binary
    cdef object _prepared_of
    cdef object _turn

    cpdef add(self, connection)
    cpdef turn(self)
    cpdef json(self, message)
    cpdef prepared(self, message, binary)
    cdef _forget(self)
