cdef class HandlerBase:
    cdef public object path_args
    cdef public object path_kwargs
    cdef public bint _finished
    cdef public bint _headers_written
    cdef public object _prepared_future
    cdef public object _transforms
    cdef public dict _fields
    cdef public object _header_view
    cdef public object _new_cookies
    cdef public list _write_buffer
    cdef public object _status_code
    cdef public str _reason
    cdef public object _ui
