package io.keymoot.admission;

import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.Optional;

/**
 * What a peer wants to know of its policy, about one device.
 *
 * @param trust the group's, out of its Found
 * @param key SubjectPublicKeyInfo of the device in question
 * @param credential the bytes whose hash that device's request or stay names
 * @param target whom it wants to put out or pardon; empty for the other purposes
 */
public record Question(
    Purpose purpose,
    GroupId group,
    Trust trust,
    Bytes key,
    Bytes credential,
    Optional<Fingerprint> target) {

  /** The word in the policy file is the name in small letters. */
  public enum Purpose {
    /** A newcomer asks to be let in. */
    ADMIT("admit"),
    /** A member asks for our act or approval to put somebody out, or to pardon. */
    EXPEL("expel"),
    /** We are the newcomer: is this the founder of a group we want? */
    FOUNDER("founder"),
    /** We are the newcomer: is this somebody to be let in by? */
    INTRODUCER("introducer");

    private final String word;

    Purpose(String word) {
      this.word = word;
    }

    public String word() {
      return word;
    }
  }

  public Fingerprint device() {
    return new Fingerprint(Hash32.sha256(key.toArray()));
  }
}
