/* The bell, and the news behind it. */
