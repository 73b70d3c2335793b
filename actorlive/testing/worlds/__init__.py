"""Where a view under test lives: in memory, isolated, or behind a real socket."""
