package io.keymoot.flatkeying.message;

import io.keymoot.flatkeying.fact.Leave;

/** A member's wish to go, for whoever makes the next Rekey. */
public record LeaveWord(Leave leave) implements SideMessage {}
