package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Whether a key that was told, and that no commitment proves, is the one the others have (section
 * 8). Heartbeats are MACed under the key their senders hold, so each signed one is a word for or
 * against: a giver that lied is found out with the first beats of others.
 *
 * <p>What more members contradict than confirm, its giver not counted, is dropped and asked for
 * again, of somebody else. Who has been told so twice is being played with: then a fresh epoch is
 * owed, whose secret proves itself.
 */
final class Doubts {
  private final Core core;
  private final Map<FactId, Word> words = new TreeMap<>();

  /** What was told of one epoch, and what is said of it. */
  private static final class Word {
    @Nullable MemberId giver;
    final Set<MemberId> confirm = new TreeSet<>();
    final Set<MemberId> contradict = new TreeSet<>();
    final Set<MemberId> contradicted = new TreeSet<>();
    @Nullable Tick since;
    int dropped;
  }

  Doubts(Core core) {
    this.core = core;
  }

  /** {@code giver} told a secret that nothing proves. */
  void told(FactId epoch, MemberId giver) {
    Word word = words.computeIfAbsent(epoch, e -> new Word());
    word.giver = giver;
    word.confirm.clear();
    word.contradict.clear();
    word.since = null;
  }

  boolean isOnlyTold(FactId epoch) {
    return words.containsKey(epoch)
        && core.keys.get(epoch).map(held -> !held.isProved).orElse(false);
  }

  void heard(MemberId member, FactId epoch, Input.KeyCheck check) {
    Word word = words.get(epoch);
    if (word == null || !core.keys.get(epoch).map(held -> !held.isProved).orElse(false)) {
      return;
    }
    switch (check) {
      case UNTESTED -> {}
      case SAME -> {
        word.contradict.remove(member);
        if (!member.equals(word.giver) && word.confirm.size() < Limits.KEY_WITNESSES) {
          word.confirm.add(member);
        }
      }
      case OTHER -> {
        word.confirm.remove(member);
        if (word.contradict.size() < Limits.KEY_WITNESSES) {
          word.contradict.add(member);
        }
        if (word.since == null) {
          // Others who hold the same key are given a moment to say so.
          word.since = core.now;
          core.timers.setIfUnset(
              Timers.Name.WEIGH_DOUBTS, core.now.plusMillis(Limits.DOUBT_MILLIS));
        }
      }
    }
  }

  /** Drops what is contradicted; true if there is less held than before. */
  boolean weigh() {
    boolean dropped = false;
    for (Map.Entry<FactId, Word> entry : words.entrySet()) {
      Word word = entry.getValue();
      KeyStore.Held held = core.keys.get(entry.getKey()).orElse(null);
      if (held == null || held.isProved || word.contradict.size() <= word.confirm.size()) {
        word.since = null;
        continue;
      }
      if (word.dropped < Limits.DOUBTED_KEYS_DROPPED) {
        word.dropped++;
        Optional.ofNullable(word.giver).ifPresent(word.contradicted::add);
        core.ignored("a key of " + entry.getKey() + " that others contradict: asked for again");
        core.keys.drop(entry.getKey(), core.out);
        dropped = true;
      } else {
        held.isDoubted = true;
      }
      word.since = null;
    }
    return dropped;
  }

  /** The best whom to ask of these: anybody who was not contradicted yet. */
  List<MemberId> trusted(FactId epoch, List<MemberId> some) {
    Word word = words.get(epoch);
    List<MemberId> others =
        word == null ? some : some.stream().filter(m -> !word.contradicted.contains(m)).toList();
    return others.isEmpty() ? some : others;
  }

  /** Whether a usable epoch's key cannot be settled among those who tell it. */
  boolean isUnsettled() {
    words
        .keySet()
        .removeIf(epoch -> core.state().usable().stream().noneMatch(k -> k.id().equals(epoch)));
    return words.keySet().stream()
        .anyMatch(epoch -> core.keys.get(epoch).map(held -> held.isDoubted).orElse(false));
  }
}
