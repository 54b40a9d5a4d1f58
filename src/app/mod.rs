//! The shell: it starts the program, carries out its effects and ends it.
