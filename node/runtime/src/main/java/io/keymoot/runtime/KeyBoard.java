package io.keymoot.runtime;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.frame.FrameSender;
import io.keymoot.flatkeying.frame.TekEpoch;
import io.keymoot.flatkeying.group.Person;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.key.SenderBaseKey;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one group that are installed now, for those outside the loop who seal or open with
 * them. Nothing is derived from a key while it is being wiped: a lock sees to it, held for some
 * microseconds.
 */
final class KeyBoard {
  private final GroupId group;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock.
  private final Map<KeyName, TekEpoch> installed = new LinkedHashMap<>();
  private @Nullable KeyName active;
  private @Nullable FrameSender self;
  private List<FrameSender> senders = List.of();

  KeyBoard(GroupId group) {
    this.group = group;
  }

  GroupId group() {
    return group;
  }

  // ---- the loop's side

  /** Whether no key of this epoch is installed yet. */
  boolean isNew(FactId epoch) {
    return locked(() -> installed.keySet().stream().noneMatch(name -> name.epoch().equals(epoch)));
  }

  KeyName install(TekEpoch key) {
    KeyName name = new KeyName(key.epoch(), key.revision());
    locked(() -> installed.put(name, key));
    return name;
  }

  void activate(KeyName name) {
    locked(() -> active = name);
  }

  void holdBack() {
    locked(() -> active = null);
  }

  /** The same if the key in use is of this epoch. */
  void holdBack(FactId epoch) {
    locked(
        () -> {
          if (active != null && active.epoch().equals(epoch)) {
            active = null;
          }
          return null;
        });
  }

  /** Wipes a key, or all of them. */
  void wipe(KeyName name, Runnable wipe) {
    locked(
        () -> {
          installed.remove(name);
          if (name.equals(active)) {
            active = null;
          }
          wipe.run();
          return null;
        });
  }

  void wipe(Runnable all) {
    locked(
        () -> {
          installed.clear();
          active = null;
          all.run();
          return null;
        });
  }

  /** Who may send, and this device's own name among them. */
  void isNow(FlatKeying keying) {
    List<FrameSender> all = new ArrayList<>();
    for (Person person : keying.state().members()) {
      for (Stay stay : keying.state().liveStays(person.id())) {
        all.add(new FrameSender(stay.id(), person.id()));
      }
    }
    FrameSender own =
        keying.stay().map(stay -> new FrameSender(stay.id(), keying.self())).orElse(null);
    locked(
        () -> {
          self = own;
          senders = List.copyOf(all);
          return null;
        });
  }

  // ---- anybody's

  /** All of it at one moment. */
  record Look(
      List<KeyName> installed,
      Optional<KeyName> active,
      Optional<FrameSender> self,
      List<FrameSender> senders) {}

  Look look() {
    return locked(
        () ->
            new Look(
                new ArrayList<>(installed.keySet()),
                Optional.ofNullable(active),
                Optional.ofNullable(self),
                senders));
  }

  /** Whether there is a key to send under. */
  boolean isActive() {
    return locked(() -> active != null);
  }

  Optional<Long> kid(KeyName name, FrameSender sender) {
    return locked(
        () ->
            Optional.ofNullable(installed.get(name))
                .map(
                    key ->
                        (long) key.kidPrefix() << 32
                            | (sender.stay().hash().a() >>> 32 & 0xffff_ffffL)));
  }

  <T> Optional<T> lendBaseKey(KeyName name, FrameSender sender, Function<byte[], T> use) {
    Optional<SenderBaseKey> derived =
        locked(
            () ->
                Optional.ofNullable(installed.get(name))
                    .flatMap(key -> key.baseKeyOf(sender.stay())));
    if (derived.isEmpty()) {
      return Optional.empty();
    }
    try (SenderBaseKey key = derived.get()) {
      return Optional.of(
          Objects.requireNonNull(
              key.lend(use),
              "'use' returned null, so whoever lends could not tell that the key was lent from its"
                  + " being retired: have it return something, such as true"));
    }
  }

  Optional<ExportedKey> export(KeyName name, String label, Bytes context, int length) {
    return locked(
        () ->
            Optional.ofNullable(installed.get(name))
                .flatMap(key -> key.export(label, context, length))
                .map(bytes -> new ExportedKey(group, name, bytes)));
  }

  private interface Doing<T extends @Nullable Object> {
    T run();
  }

  private <T extends @Nullable Object> T locked(Doing<T> doing) {
    lock.lock();
    try {
      return doing.run();
    } finally {
      lock.unlock();
    }
  }
}
