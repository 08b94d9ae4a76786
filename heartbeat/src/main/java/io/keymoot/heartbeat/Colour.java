package io.keymoot.heartbeat;

/** How a member looks from here. Local, and no change of membership. */
public enum Colour {
  FRESH,
  QUIET,
  SILENT
}
