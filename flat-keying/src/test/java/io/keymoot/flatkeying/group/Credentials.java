package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.fact.Found;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The credentials of a test. A credential is a text: who shows it, then "good" or "bad", then its
 * roles. One that has not been fetched yet is unknown to the book.
 */
final class Credentials implements CredentialBook, CredentialCheck {
  private final SortedMap<Hash32, Bytes> made = new TreeMap<>();
  private final SortedSet<Hash32> fetched = new TreeSet<>();

  /** Makes a credential; it is unknown until {@link #fetch}. */
  Hash32 make(String who, String rest) {
    Bytes text = Bytes.owning((who + " " + rest).getBytes(StandardCharsets.UTF_8));
    Hash32 hash = hash(text);
    made.put(hash, text);
    return hash;
  }

  Hash32 makeAndFetch(String who, String rest) {
    Hash32 hash = make(who, rest);
    fetch(hash);
    return hash;
  }

  /** The same for somebody who has them all. */
  CredentialBook allFetched() {
    return (credential, key) -> verdict(bytes(credential));
  }

  /** The same credentials, all fetched, for another peer. */
  Credentials all() {
    Credentials other = new Credentials();
    other.made.putAll(made);
    other.fetchAll();
    return other;
  }

  /** The same credentials, of which chance has fetched a few. */
  Credentials some(Random random) {
    Credentials other = new Credentials();
    other.made.putAll(made);
    made.keySet().stream().filter(each -> random.nextInt(3) == 0).forEach(other::fetch);
    return other;
  }

  void fetch(Hash32 credential) {
    fetched.add(credential);
  }

  void fetchAll() {
    fetched.addAll(made.keySet());
  }

  boolean isFetched(Hash32 credential) {
    return fetched.contains(credential);
  }

  Bytes bytes(Hash32 credential) {
    return made.getOrDefault(credential, Bytes.EMPTY);
  }

  private static Hash32 hash(Bytes credential) {
    return Hash32.sha256(credential.toArray());
  }

  @Override
  public CredentialVerdict verdict(Hash32 credential, Bytes key) {
    return fetched.contains(credential)
        ? verdict(bytes(credential))
        : new CredentialVerdict.Unknown();
  }

  @Override
  public long changes() {
    return fetched.size();
  }

  @Override
  public CredentialVerdict check(Found found, Bytes key, Bytes credential) {
    return verdict(credential);
  }

  private static CredentialVerdict verdict(Bytes credential) {
    String[] words = new String(credential.toArray(), StandardCharsets.UTF_8).split(" ", -1);
    if (words.length < 2 || !words[1].equals("good")) {
      return new CredentialVerdict.Refused("it does not say good");
    }
    SortedSet<String> roles = new TreeSet<>();
    for (int i = 2; i < words.length; i++) {
      roles.add(words[i]);
    }
    return new CredentialVerdict.Accepted(roles);
  }
}
