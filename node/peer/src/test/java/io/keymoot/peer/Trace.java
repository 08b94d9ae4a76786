package io.keymoot.peer;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.peer.Village.Device;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/**
 * A story told by a seed, and the hash of every effect of every peer in it: messages with their
 * signatures, seals and nonces, so all keys that were made. Run as a program it prints the hash.
 */
final class Trace {
  private final MessageDigest digest = Hash32.newSha256();
  private long effects;

  private Trace() {}

  public static void main(String[] args) {
    System.out.println(of(Long.parseLong(args[0])));
  }

  static String of(long seed) {
    Trace trace = new Trace();
    Village village = new Village(seed);
    village.lossPercent = 2;
    village.watch = effects -> effects.forEach(trace::note);
    village.found(
        village.device("anna", "chair"),
        Village.ANYBODY_ADMITS_CHAIR_EXPELS,
        village.certified(),
        Village.policy("anybody", "{certificate: role=chair}"));
    for (String name : List.of("ben", "cora", "dan", "eva", "finn")) {
      village.join(village.device(name), Village.policy("anybody", "anybody"));
    }
    village.run(15_000);
    Device dan = village.the("dan").device;
    village.the("anna").step(new PeerInput.Expel(dan.fingerprint()));
    village.run(10_000);
    Village.Resident finn = village.the("finn");
    village.the("ben").step(new PeerInput.Expel(finn.device.fingerprint()));
    village.run(10_000);
    if (village.the("anna").peer.keying().state().isMember(finn.id())) {
      throw new AssertionError("nobody helped ben");
    }
    Device ben = village.the("ben").device;
    village
        .the("ben")
        .step(new PeerInput.Renew(Optional.of(village.certify("ben", ben.key(), 90))));
    village.the("eva").step(new PeerInput.Leave());
    village.run(15_000);
    for (Village.Resident each : village.members()) {
      trace.note(each.seal("the end").orElse(Bytes.EMPTY).toHex());
    }
    byte[] hash = trace.digest.digest();
    return Hash32.of(hash).toHex() + " over " + trace.effects + " effects";
  }

  private void note(PeerEffect effect) {
    effects++;
    note(
        switch (effect) {
          // What wipes a key is code, which has no name that lasts.
          case PeerEffect.Retire retire -> "Retire " + retire.epoch() + '/' + retire.revision();
          case PeerEffect.Install install ->
              "Install " + install.key().epoch() + "/" + install.key().revision();
          case PeerEffect.Beat beat -> "Beat " + beat.message().toHex();
          case PeerEffect.Multicast multicast -> "Multicast " + multicast.message().toHex();
          case PeerEffect.Unicast unicast ->
              "Unicast " + unicast.to() + ' ' + unicast.message().toHex();
          default -> effect.toString();
        });
  }

  private void note(String what) {
    digest.update(what.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) '\n');
  }
}
