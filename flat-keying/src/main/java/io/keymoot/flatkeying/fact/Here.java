package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.wire.Hash32;

/**
 * The author begins a new stay and ends its older ones: return after suspension, healing, rotation.
 *
 * @param leafKey hash of the new leaf key
 * @param credential hash of the credential from now on; the same as before, or a renewed one over
 *     the same signing key
 */
public record Here(Hash32 leafKey, Hash32 credential) implements Fact {
  @Override
  public MessageType type() {
    return MessageType.HERE;
  }
}
