package io.keymoot.flatkeying.house.bad.upstairs.internal;

/** Stands for another module, whose internal package this is. */
public final class Roof {}
