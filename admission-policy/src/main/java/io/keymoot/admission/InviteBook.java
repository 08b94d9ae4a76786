package io.keymoot.admission;

import io.keymoot.admission.certificate.Credential;
import io.keymoot.admission.certificate.PublicKeys;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Invites made at run time beside those of the policy file, and which devices each has let in. */
final class InviteBook {

  /** What one invite makes of a device. */
  sealed interface Standing {
    record Good(Invite invite) implements Standing {}

    record Bad(String reason) implements Standing {}
  }

  private final SortedMap<Bytes, SortedSet<Fingerprint>> users = new TreeMap<>();
  private final SequencedMap<String, Invite> made = new LinkedHashMap<>();

  boolean add(Invite invite) {
    if (made.size() >= AdmissionLimits.INVITES || made.containsKey(invite.name())) {
      return false;
    }
    made.putLast(invite.name(), invite);
    return true;
  }

  /** They let nobody in any more, and would take the room of others. */
  void dropExpired(WallTime now) {
    made.values().removeIf(invite -> isExpired(invite, now));
  }

  private static boolean isExpired(Invite invite, WallTime now) {
    return invite.expires().filter(end -> !now.isBefore(end)).isPresent();
  }

  void remove(String name) {
    made.remove(name);
  }

  List<Invite> made() {
    return List.copyOf(made.values());
  }

  /**
   * Whether an invite vouches for the device.
   *
   * @param filed those of the policy file
   * @param names of those that count; empty for all
   */
  Standing standing(
      List<Invite> filed, List<String> names, Bytes deviceKey, List<Bytes> proofs, WallTime now) {
    if (proofs.isEmpty()) {
      return new Standing.Bad("No invite is shown.");
    }
    Fingerprint device = new Fingerprint(Hash32.sha256(deviceKey.toArray()));
    Bytes message = Credential.inviteMessage(deviceKey);
    List<String> reasons = new ArrayList<>();
    List<Invite> all = new ArrayList<>(filed);
    all.addAll(made.values());
    for (Invite invite : all) {
      if (!names.isEmpty() && !names.contains(invite.name())) {
        continue;
      }
      if (proofs.stream().noneMatch(proof -> PublicKeys.holds(invite.key(), message, proof))) {
        continue;
      }
      Optional<String> fault = fault(invite, device, now);
      if (fault.isEmpty()) {
        return new Standing.Good(invite);
      }
      reasons.add(fault.get());
    }
    return new Standing.Bad(
        reasons.isEmpty()
            ? "The invite that is shown is not known here, or was made out to another device."
            : String.join(" ", reasons));
  }

  private Optional<String> fault(Invite invite, Fingerprint device, WallTime now) {
    SortedSet<Fingerprint> used = users.getOrDefault(invite.key(), new TreeSet<>());
    if (isExpired(invite, now)) {
      return Optional.of(
          "The invite \""
              + invite.name()
              + "\" expired at "
              + invite.expires().orElseThrow()
              + '.');
    }
    if (invite.uses().isPresent()
        && !used.contains(device)
        && used.size() >= invite.uses().getAsInt()) {
      return Optional.of(
          "The invite \""
              + invite.name()
              + "\" is used up: it let in "
              + used.size()
              + (used.size() == 1 ? " device." : " devices."));
    }
    return Optional.empty();
  }

  /** Where the number of devices does not matter, they are not remembered; nor more than count. */
  void use(Invite invite, Fingerprint device) {
    if (invite.uses().isPresent()) {
      SortedSet<Fingerprint> its = users.computeIfAbsent(invite.key(), key -> new TreeSet<>());
      if (its.size() < invite.uses().getAsInt()) {
        its.add(device);
      }
    }
  }

  /** What was kept of an earlier start: of an invite that exists no more it is over. */
  void restore(List<Invite> filed, List<InviteUse> uses) {
    SortedMap<Bytes, Invite> known = new TreeMap<>();
    filed.forEach(invite -> known.put(invite.key(), invite));
    made.values().forEach(invite -> known.putIfAbsent(invite.key(), invite));
    for (InviteUse use : uses) {
      Invite invite = known.get(use.invite());
      if (invite != null) {
        use(invite, use.device());
      }
    }
  }

  /** Uses of invites that exist no more are forgotten; an invite that comes back is a new one. */
  void keepOnly(Collection<Invite> filed) {
    SortedSet<Bytes> known = new TreeSet<>();
    filed.forEach(invite -> known.add(invite.key()));
    made.values().forEach(invite -> known.add(invite.key()));
    users.keySet().retainAll(known);
  }

  List<InviteUse> uses() {
    List<InviteUse> uses = new ArrayList<>();
    users.forEach(
        (invite, devices) -> devices.forEach(device -> uses.add(new InviteUse(invite, device))));
    return List.copyOf(uses);
  }
}
