package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.crypto.LeafKey;
import io.keymoot.flatkeying.fact.Found;
import io.keymoot.flatkeying.group.CredentialBook;
import io.keymoot.flatkeying.group.CredentialCheck;
import io.keymoot.flatkeying.group.CredentialVerdict;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What facts name by hash: credentials and leaf keys. Content-addressed, so peers of one JVM may
 * share one; bounded, for whatever is lost can be fetched again.
 */
public final class Blobs implements CredentialBook {
  private final CredentialCheck check;
  private final Map<Hash32, Bytes> bytes;

  /** What decisions rested on: whoever comes later needs it for the same facts. */
  private final Map<Hash32, Bytes> kept;

  private final Map<Hash32, LeafKey> leafKeys;
  private final Map<Question, CredentialVerdict> verdicts;
  private @Nullable Found found;
  private long changes;

  /** Every newcomer judges the founder by it: kept for good. */
  private @Nullable Bytes founders;

  private record Question(Hash32 credential, Bytes key) {}

  /**
   * @param most how many blobs are kept
   */
  public Blobs(CredentialCheck check, int most) {
    this.check = check;
    this.bytes = bounded(most);
    this.kept = bounded(Limits.KEPT_CREDENTIALS);
    this.leafKeys = bounded(most);
    this.verdicts = bounded(most);
  }

  private static <K, V> Map<K, V> bounded(int most) {
    return new LinkedHashMap<>(16, 0.75f, true) {
      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > most;
      }
    };
  }

  /** Credentials can be judged once the Found is known, against which they are. */
  void judgeAgainst(Found theFound) {
    if (found == null) {
      changes++;
    }
    found = theFound;
    if (founders == null) {
      founders = bytes.get(theFound.founder().credential());
    }
  }

  Hash32 put(Bytes blob) {
    Hash32 hash = Hash32.sha256(blob.toArray());
    if (bytes.put(hash, blob) == null) {
      changes++;
    }
    if (found != null && found.founder().credential().equals(hash)) {
      founders = blob;
    }
    return hash;
  }

  Optional<Bytes> get(Hash32 hash) {
    Bytes blob = bytes.get(hash);
    if (blob == null && found != null && found.founder().credential().equals(hash)) {
      blob = founders;
    }
    return Optional.ofNullable(blob != null ? blob : kept.get(hash));
  }

  Optional<LeafKey> leafKey(Hash32 hash) {
    LeafKey known = leafKeys.get(hash);
    if (known == null
        && bytes.get(hash) instanceof Bytes blob
        && LeafKey.decode(blob) instanceof Decoded.Ok<LeafKey> ok) {
      known = ok.value();
      leafKeys.put(hash, known);
    }
    return Optional.ofNullable(known);
  }

  /** Nothing is sealed to it any more; who still would has not heard why, or asks its member. */
  void dropLeafKey(Hash32 hash) {
    leafKeys.remove(hash);
    // Whoever makes a row names what it likes, so perhaps a credential.
    if (bytes.get(hash) instanceof Bytes blob && blob.length() == LeafKey.BYTES) {
      bytes.remove(hash);
    }
  }

  /** Asked to decide a fact: such a credential is kept longer than others. */
  @Override
  public CredentialVerdict verdict(Hash32 credential, Bytes key) {
    get(credential).ifPresent(blob -> kept.put(credential, blob));
    return judge(credential, key);
  }

  @Override
  public long changes() {
    return changes;
  }

  /** Whether the credential holds, if its bytes are at hand. */
  CredentialVerdict judge(Hash32 credential, Bytes key) {
    Bytes blob = get(credential).orElse(null);
    Question question = new Question(credential, key);
    CredentialVerdict verdict = verdicts.get(question);
    if (verdict == null && blob != null && found != null) {
      verdict = check.check(found, key, blob);
      verdicts.put(question, verdict);
    }
    return verdict != null ? verdict : new CredentialVerdict.Unknown();
  }
}
