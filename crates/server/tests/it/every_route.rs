//! Who may call what: every route of the table, tried by every post, a resident and nobody.
