package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Tick;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** When to look again, by name. The driver knows one deadline only: the earliest. */
final class Timers {
  enum Name {
    ASK_AGAIN_TO_JOIN,
    FETCH_AGAIN,
    PACE_FACTS,
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

  private final Map<Name, Tick> due = new TreeMap<>();

  void set(Name name, Tick at) {
    due.put(name, at);
  }

  void setIfUnset(Name name, Tick at) {
    due.putIfAbsent(name, at);
  }

  void setIfEarlier(Name name, Tick at) {
    due.merge(name, at, (one, other) -> one.isBefore(other) ? one : other);
  }

  void clear(Name name) {
    due.remove(name);
  }

  boolean isSet(Name name) {
    return due.containsKey(name);
  }

  Optional<Tick> next() {
    return due.values().stream().min(Tick::compareTo);
  }

  /** Those that have come, in the order of their names; they are unset. */
  List<Name> expired(Tick now) {
    List<Name> names = new ArrayList<>();
    for (Map.Entry<Name, Tick> entry : due.entrySet()) {
      if (!now.isBefore(entry.getValue())) {
        names.add(entry.getKey());
      }
    }
    names.forEach(due::remove);
    return names;
  }
}
