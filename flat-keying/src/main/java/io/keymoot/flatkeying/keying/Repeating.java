package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Words that no fact carries yet: a Leave, an approval. A multicast is easily lost, and who spoke
 * may be gone, so they are said again a few times for as long as they matter: by who spoke; and
 * what is to outlive its speaker by those who heard it too, unless others do it already.
 */
final class Repeating {
  private final Core core;
  private final Map<Bytes, Word> words = new LinkedHashMap<>();

  private static final class Word {
    final BooleanSupplier matters;
    final boolean isOwn;
    final boolean isForGood;
    Tick due;
    int said;
    int heardSince;

    Word(BooleanSupplier matters, boolean isOwn, boolean isForGood, Tick due) {
      this.matters = matters;
      this.isOwn = isOwn;
      this.isForGood = isForGood;
      this.due = due;
    }
  }

  Repeating(Core core) {
    this.core = core;
  }

  /** Says a word of this peer's own, now and again while it matters. */
  void say(Bytes message, BooleanSupplier matters) {
    say(message, matters, false);
  }

  /**
   * The same for as long as it matters: nobody else would say so for this peer, and whoever has
   * just come may be cut off from all the others for longer than words are repeated.
   */
  void sayForGood(Bytes message, BooleanSupplier matters) {
    say(message, matters, true);
  }

  private void say(Bytes message, BooleanSupplier matters, boolean isForGood) {
    core.multicast(message);
    Tick again = core.now.plusMillis(Limits.REPEAT_MILLIS);
    add(message, new Word(matters, true, isForGood, again));
  }

  /** Passes on another's word, if it still matters after a while and nobody else did so. */
  void carry(Bytes message, BooleanSupplier matters) {
    Word known = words.get(message);
    if (known != null) {
      known.heardSince++;
    } else {
      add(message, new Word(matters, false, false, amongMany(Limits.REPEAT_MILLIS)));
    }
  }

  private void add(Bytes message, Word word) {
    if (word.isOwn || words.size() < Limits.REPEATED_WORDS) {
      words.putIfAbsent(message, word);
      core.timers.setIfEarlier(Timers.Name.REPEAT_WORDS, word.due);
    }
  }

  /**
   * Another moment for each, or those who heard it together would all speak together: the more they
   * are the longer the time over which they spread, so that no more of them speak before they hear
   * each other.
   */
  private Tick amongMany(long millis) {
    int crowd = Math.max(1, core.state().memberCount() / Limits.CARRIERS_AT_ONCE);
    return core.now.plusMillis(millis + core.random((int) (2 * millis * crowd)));
  }

  private Tick jittered(long millis) {
    return core.now.plusMillis(millis + core.random((int) (2 * millis)));
  }

  /** Whether it is still to be said again. */
  boolean isYetToSay(Bytes message) {
    Word word = words.get(message);
    return word != null && word.said < Limits.REPEATS;
  }

  void due() {
    for (Map.Entry<Bytes, Word> entry : List.copyOf(words.entrySet())) {
      Word word = entry.getValue();
      if (core.now.isBefore(word.due)) {
        continue;
      }
      boolean othersDo = !word.isOwn && word.heardSince >= Limits.CARRIED_BY;
      boolean isSaidEnough = word.said == Limits.REPEATS && !word.isForGood;
      if (isSaidEnough || !word.matters.getAsBoolean()) {
        words.remove(entry.getKey());
        continue;
      }
      if (!othersDo) {
        core.multicast(entry.getKey());
      }
      word.said = Math.min(word.said + 1, Limits.REPEATS);
      word.heardSince = 0;
      long pause = Limits.REPEAT_MILLIS << word.said;
      word.due = word.isOwn ? jittered(pause) : amongMany(pause);
    }
    wake();
  }

  private void wake() {
    Optional<Tick> next = words.values().stream().map(word -> word.due).min(Tick::compareTo);
    next.ifPresent(due -> core.timers.set(Timers.Name.REPEAT_WORDS, due));
  }
}
