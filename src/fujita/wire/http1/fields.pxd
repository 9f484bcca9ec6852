cdef class FieldSection:
    cdef readonly dict fields
    cdef readonly object host
    cdef readonly object content_length
    cdef readonly bint chunked
    cdef readonly bint close
    cdef readonly bint keep_alive
    cdef readonly bint upgrade
    cdef readonly bint expect_continue
