cdef class SuccessorProtocol:
    cdef public object forget
    cdef object __weakref__
