package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.key.Kek;
import io.keymoot.flatkeying.key.Unwrapped;
import io.keymoot.flatkeying.message.Relay;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Relays: whom the excluder's own slots do not reach, survivors that they do reach wrap the epoch's
 * secret on to, under theirs (section 7). Whoever is ordered to relay checks for itself which of
 * its slots are clean; a lost Relay costs whoever waits for it a Need.
 */
final class Relays {
  static final int WRAP_BYTES = SideCodec.RELAYED_WRAP_BYTES;
  static final int MESSAGE_BYTES = SideCodec.RELAY_BYTES;

  private final Core core;

  /** Relays whose Rekey is not here yet, or whose wraps do not open yet: the latest last. */
  private final Deque<Relay> waiting = new ArrayDeque<>();

  private final Set<FactId> done = new LinkedHashSet<>();

  Relays(Core core) {
    this.core = core;
  }

  // ---- relaying

  /** Does what the covers of the epochs held order this peer to do, once for each. */
  void review() {
    for (Known epoch : core.state().usable()) {
      KeyStore.Held held = core.keys.get(epoch.id()).orElse(null);
      if (held != null
          && held.isProved
          && held.lowestRevision() == 0
          && !epoch.author().equals(core.self.member())
          && done.add(epoch.id())) {
        relay(epoch, held.lowest());
      }
    }
    while (done.size() > Limits.RELAYS_WAITING) {
      done.remove(done.iterator().next());
    }
  }

  private void relay(Known epoch, EpochSecret secret) {
    Covers.Opened opened = core.covers.of(epoch).orElse(null);
    if (opened == null || opened.cover().orders().isEmpty()) {
      return;
    }
    Rekey rekey = (Rekey) epoch.fact();
    FactId prev = rekey.prev().orElse(null);
    GroupState after = core.ledger.after(epoch);
    int place = after.place(core.self.member());
    if (prev == null || place < 0) {
      return;
    }
    List<Relay.SlotWrap> wraps = new ArrayList<>();
    for (Cover.Order order : opened.cover().orders()) {
      Kek kek = core.slots.kek(prev, order.position()).orElse(null);
      if (order.place() == place && kek != null && isClean(after, prev, order.position())) {
        wraps.add(
            new Relay.SlotWrap(
                order.position(), kek.wrap(secret, opened.context(), core.self.member())));
      }
    }
    if (!wraps.isEmpty()) {
      core.multicast(SideCodec.encode(new Relay(prefix(epoch.id()), place, wraps)));
    }
  }

  /** Whether nobody who is out in P(x) ever held this own slot's KEK of prev. */
  private boolean isClean(GroupState after, FactId prev, int position) {
    return core.slots
        .root(prev, position)
        .map(root -> after.isClean(core.slots.own(position), root))
        .orElse(false);
  }

  static long prefix(FactId epoch) {
    return epoch.hash().a();
  }

  // ---- being relayed to

  void take(Relay relay) {
    if (waiting.size() == Limits.RELAYS_WAITING) {
      waiting.removeFirst();
    }
    waiting.addLast(relay);
  }

  /** The secret of an epoch out of a Relay that has come, if one opens. */
  Optional<EpochSecret> read(Known epoch) {
    if (waiting.isEmpty()) {
      return Optional.empty();
    }
    Rekey rekey = (Rekey) epoch.fact();
    FactId prev = rekey.prev().orElse(null);
    GroupState after = core.ledger.after(epoch);
    if (prev == null || core.slots.held(prev) == 0) {
      return Optional.empty();
    }
    Hash32 context = FactCodec.coverContext(core.group, epoch.author(), rekey);
    for (Relay relay : List.copyOf(waiting)) {
      if (relay.epoch() == prefix(epoch.id()) && relay.place() < after.memberCount()) {
        // Each is tried once: what does not open now will not.
        waiting.remove(relay);
        MemberId wrapper = after.members().get(relay.place()).id();
        Optional<EpochSecret> secret = open(relay.wraps(), wrapper, prev, context, rekey);
        if (secret.isPresent()) {
          waiting.removeIf(each -> each.epoch() == relay.epoch());
          return secret;
        }
      }
    }
    return Optional.empty();
  }

  private Optional<EpochSecret> open(
      List<Relay.SlotWrap> wraps, MemberId wrapper, FactId prev, Hash32 context, Rekey rekey) {
    int shared = core.slots.sharedWith(wrapper);
    for (Relay.SlotWrap each : wraps) {
      Kek kek = core.slots.kek(prev, each.position()).orElse(null);
      if (kek != null
          && (shared >>> each.position() & 1) == 1
          && kek.unwrap(each.wrap(), context, wrapper, rekey.commitment())
              instanceof Unwrapped.Opened opened) {
        return Optional.of(opened.secret());
      }
    }
    return Optional.empty();
  }
}
