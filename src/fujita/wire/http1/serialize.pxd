cimport cython

cpdef str status_line(code, str reason)

@cython.locals(lines=list, line=str)
cpdef bytes message_head(str start_line, dict fields)
