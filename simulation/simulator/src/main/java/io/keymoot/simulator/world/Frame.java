package io.keymoot.simulator.world;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.wire.Bytes;

/** A frame that somebody sealed, and what the simulator knows about it. */
public record Frame(
    Node from, StayId stay, FactId epoch, int revision, long number, long atMillis, Bytes bytes) {}
