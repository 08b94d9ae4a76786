package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Tick;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** When to look again, by name. The driver knows one deadline only: the earliest. */
final class Timers {
  enum Name {
    TAKE_ANSWER,
    ASK_AGAIN_TO_JOIN,
    FETCH_AGAIN,
    PACE_FACTS,
    FORGET_STRANGERS,
    CHECK_CREDENTIALS,
    ADMIT_BATCH,
    REPEAT_WORDS,
    ASK_FOR_KEYS,
    WEIGH_DOUBTS,
    UNREADABLE_TOO_LONG,
    REFRESH_DUE,
    ERASE,
    FORGET_LEAF_KEY,
    ROTATE_LEAF_KEY,
    DELAYED_USE_ENDS,
    HOLDING_TOO_LONG,
    ASK_FOR_SLOTS,
    RESEAL_AGAIN,
    RESEAL_TOGETHER
  }

  private final Map<Name, Tick> due = new EnumMap<>(Name.class);

  /** The earliest, once asked for and until something changes: it is asked for at every step. */
  private @Nullable Optional<Tick> next;

  void set(Name name, Tick at) {
    due.put(name, at);
    next = null;
  }

  void setIfUnset(Name name, Tick at) {
    due.putIfAbsent(name, at);
    next = null;
  }

  void setIfEarlier(Name name, Tick at) {
    due.merge(name, at, (one, other) -> one.isBefore(other) ? one : other);
    next = null;
  }

  void clear(Name name) {
    due.remove(name);
    next = null;
  }

  boolean isSet(Name name) {
    return due.containsKey(name);
  }

  Optional<Tick> next() {
    Optional<Tick> known = next;
    if (known == null) {
      Tick earliest = null;
      for (Tick each : due.values()) {
        earliest = Tick.earlier(earliest, each);
      }
      known = Optional.ofNullable(earliest);
      next = known;
    }
    return known;
  }

  /** Those that have come, in the order of their names; they are unset. */
  List<Name> expired(Tick now) {
    if (next().filter(earliest -> !now.isBefore(earliest)).isEmpty()) {
      return List.of();
    }
    List<Name> names = new ArrayList<>();
    for (Map.Entry<Name, Tick> entry : due.entrySet()) {
      if (!now.isBefore(entry.getValue())) {
        names.add(entry.getKey());
      }
    }
    names.forEach(due::remove);
    next = null;
    return names;
  }
}
