package io.keymoot.benchmarks.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Everything that was measured: samples by who, what and how large the group was. */
final class Figures {
  /**
   * @param who the scheme or product
   * @param what was measured, with its unit
   * @param n members
   */
  record Key(String who, What what, int n) {}

  private final Map<Key, List<Double>> samples = new LinkedHashMap<>();

  void add(String who, What what, int n, double value) {
    samples.computeIfAbsent(new Key(who, what, n), key -> new ArrayList<>()).add(value);
  }

  Map<Key, List<Double>> all() {
    return samples;
  }

  Optional<Spread> spread(String who, What what, int n) {
    return Optional.ofNullable(samples.get(new Key(who, what, n))).map(Spread::of);
  }

  /** Of one to the other, sample by sample as they took turns. */
  Optional<Spread> ratio(String who, String other, What what, int n) {
    List<Double> above = samples.getOrDefault(new Key(who, what, n), List.of());
    List<Double> below = samples.getOrDefault(new Key(other, what, n), List.of());
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < Math.max(above.size(), below.size()); i++) {
      if (!above.isEmpty() && !below.isEmpty()) {
        ratios.add(above.get(i % above.size()) / below.get(i % below.size()));
      }
    }
    return ratios.isEmpty() ? Optional.empty() : Optional.of(Spread.of(ratios));
  }

  List<Integer> sizes(String who, What what) {
    return samples.keySet().stream()
        .filter(key -> key.who().equals(who) && key.what() == what)
        .map(Key::n)
        .sorted()
        .toList();
  }

  List<String> whoHas(What what) {
    return samples.keySet().stream()
        .filter(key -> key.what() == what)
        .map(Key::who)
        .distinct()
        .toList();
  }
}
