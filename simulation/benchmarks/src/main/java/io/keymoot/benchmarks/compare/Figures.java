package io.keymoot.benchmarks.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Everything that was measured: samples by who, what and how large the group was. */
final class Figures {
  /**
   * @param who the scheme or product
   * @param what was measured, with its unit
   * @param n members, or what else is counted across
   */
  record Key(String who, What what, int n) {}

  private final Map<Key, List<Double>> samples = new LinkedHashMap<>();
  private final Map<Key, String> failures = new LinkedHashMap<>();
  private final Map<String, String> broken = new LinkedHashMap<>();

  void add(String who, What what, int n, double value) {
    samples.computeIfAbsent(new Key(who, what, n), key -> new ArrayList<>()).add(value);
  }

  void add(String who, What what, int n, long count) {
    add(who, what, n, (double) count);
  }

  /** It was tried and did not work, which is a result too. */
  void fails(String who, What what, int n, String why) {
    failures.putIfAbsent(new Key(who, what, n), why);
  }

  /** A whole step of the run did not work. */
  void breaks(String step, String why) {
    broken.put(step, why);
  }

  /** By step, why. */
  Map<String, String> broken() {
    return broken;
  }

  Map<Key, List<Double>> all() {
    return samples;
  }

  Map<Key, String> failures() {
    return failures;
  }

  Optional<Spread> spread(String who, What what, int n) {
    return Optional.ofNullable(samples.get(new Key(who, what, n))).map(Spread::of);
  }

  Optional<Double> median(String who, What what, int n) {
    return spread(who, what, n).map(Spread::median);
  }

  /** For a table: the spread, and what went wrong. */
  String cell(String who, What what, int n) {
    return told(who, what, n, Spread::toString);
  }

  /** The same with its unit. */
  String said(String who, What what, int n) {
    return told(who, what, n, spread -> spread.in(what.unit));
  }

  /** The median with its unit. */
  String briefly(String who, What what, int n) {
    return told(who, what, n, spread -> spread.medianIn(what.unit));
  }

  private String told(String who, What what, int n, Function<Spread, String> words) {
    String failure = failures.get(new Key(who, what, n));
    String figure = spread(who, what, n).map(words).orElse("");
    return failure == null
        ? figure.isEmpty() ? "–" : figure
        : (figure.isEmpty() ? "" : figure + ", then ") + "✗ " + failure;
  }

  boolean failed(String who, What what, int n) {
    return failures.containsKey(new Key(who, what, n));
  }

  /**
   * Of one to the other, turn by turn as they took turns. Who has several samples a turn has the
   * same number in each. There is no ratio to or of nothing, or less.
   */
  Optional<Spread> ratio(String who, String other, What what, int n) {
    List<Double> above = samples.getOrDefault(new Key(who, what, n), List.of());
    List<Double> below = samples.getOrDefault(new Key(other, what, n), List.of());
    if (above.isEmpty() || below.isEmpty()) {
      return Optional.empty();
    }
    int most = Math.max(above.size(), below.size());
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < most; i++) {
      double one = above.get((int) ((long) i * above.size() / most));
      double two = below.get((int) ((long) i * below.size() / most));
      if (!(one > 0 && two > 0)) {
        return Optional.empty();
      }
      ratios.add(one / two);
    }
    return Optional.of(Spread.of(ratios));
  }

  /** Where this one has samples. */
  List<Integer> sizes(String who, What what) {
    return samples.keySet().stream()
        .filter(key -> key.who().equals(who) && key.what() == what)
        .map(Key::n)
        .sorted()
        .toList();
  }

  /** Where anybody has samples, or failed. */
  List<Integer> sizes(What what) {
    return keys(what).stream().map(Key::n).distinct().sorted().toList();
  }

  List<String> whoHas(What what) {
    return keys(what).stream().map(Key::who).distinct().toList();
  }

  private List<Key> keys(What what) {
    List<Key> keys = new ArrayList<>(samples.keySet());
    keys.addAll(failures.keySet());
    keys.removeIf(key -> key.what() != what);
    return keys;
  }
}
