cdef class PhaseTimer:
    cdef object _expired
    cdef object _handle
    cdef object _loop
    cdef object _settings
    cdef object _transport
    cdef object _unsent
    cdef public object body_timeout
    cdef public object deserted_since
    cdef public object phase
    cdef public double since
    cdef public object stalled_since
    cdef public object received
    cdef public object written
