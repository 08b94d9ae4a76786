package io.keymoot.admission;

import io.keymoot.admission.certificate.Certificate;
import io.keymoot.admission.certificate.CredentialChecker;
import io.keymoot.admission.certificate.Dates;
import io.keymoot.admission.certificate.Examined;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Seamless renewal: a device with a renewed certificate over the same key says Here and keeps its
 * seat. This tells the device itself, before it says so, whether the others will go along.
 *
 * <p>The others ask no policy about a Here. They run the fixed check on the credential it names
 * when a right hangs on it, so a renewal that fails that check here would fail it everywhere.
 */
public final class Renewal {
  private Renewal() {}

  /** What is to be made of a renewed credential. */
  public sealed interface Advice {
    /**
     * Say Here.
     *
     * @param until when the earliest certificate of the new chain ends
     * @param lostRoles that the old credential gave and the new one does not
     */
    record SayHere(WallTime until, SortedSet<String> lostRoles) implements Advice {}

    /** Keep the old one. @param reason a whole sentence */
    record KeepOld(String reason) implements Advice {}
  }

  /**
   * @param trust of the group
   * @param key of this device, which the group knows it by
   */
  public static Advice judge(
      Trust trust, Bytes key, Bytes oldCredential, Bytes newCredential, WallTime now) {
    if (oldCredential.equals(newCredential)) {
      return new Advice.KeepOld("It is the same credential as before.");
    }
    Examined fresh = CredentialChecker.examine(trust, key, newCredential);
    return switch (fresh) {
      case Examined.Refused refused -> new Advice.KeepOld(refused.reason());
      case Examined.ByInvite invite ->
          new Advice.KeepOld("It rests on an invite, which has no date and needs no renewal.");
      case Examined.Open open ->
          new Advice.KeepOld("The group is open: nobody asks for a certificate.");
      case Examined.ByChain path -> judge(path, trust, key, oldCredential, now);
    };
  }

  private static Advice judge(
      Examined.ByChain fresh, Trust trust, Bytes key, Bytes oldCredential, WallTime now) {
    // A certificate for tomorrow is for tomorrow: another newcomer could not introduce itself by
    // it.
    Optional<String> dates = Dates.fault(fresh, List.of(), Dates.Revocation.IGNORED, 0, now);
    if (dates.isPresent()) {
      return new Advice.KeepOld(dates.get());
    }
    SortedSet<String> lost = new TreeSet<>();
    if (CredentialChecker.examine(trust, key, oldCredential) instanceof Examined.ByChain old) {
      if (!end(old).isBefore(end(fresh))) {
        return new Advice.KeepOld(
            "The new chain ends at " + end(fresh) + ", no later than the old one.");
      }
      lost.addAll(old.roles());
      lost.removeAll(fresh.roles());
    }
    return new Advice.SayHere(end(fresh), lost);
  }

  private static WallTime end(Examined.ByChain path) {
    return path.chain().stream().map(Certificate::notAfter).min(WallTime::compareTo).orElseThrow();
  }
}
