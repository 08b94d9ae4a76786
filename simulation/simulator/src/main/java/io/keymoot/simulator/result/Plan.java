package io.keymoot.simulator.result;

import java.util.List;
import java.util.Optional;

/**
 * What is to be run. A plan and its seed give one run, the same everywhere.
 *
 * @param members how many take part: at once, or about so many where the churn decides
 * @param millis how long it lasts, before the time to converge that follows
 * @param churn the name of a churn model, or {@link #MIXED}
 * @param faults names of faults that may happen; each run picks some of them
 * @param lossPercent of all messages, besides what a fault loses
 * @param partitions how many parts the network falls into at most; 1 for never
 * @param profile conference, broadcast or paper
 * @param joinsPerMinute besides the churn's
 * @param evictionsPerMinute besides the churn's
 * @param byzantine members that keep to no rule
 * @param plant a mistake put into the running code
 * @param everySignature each peer checks each signature itself, nothing is shared
 * @param formed all are in when the run begins
 */
public record Plan(
    int members,
    long millis,
    String churn,
    List<String> faults,
    double lossPercent,
    int partitions,
    String profile,
    long seed,
    double joinsPerMinute,
    double evictionsPerMinute,
    int byzantine,
    Optional<String> plant,
    boolean everySignature,
    boolean formed) {
  /**
   * Each seed has another churn model, and, where nothing is said of them, others who come besides,
   * who are put out, and who keep to no rule.
   */
  public static final String MIXED = "mixed";

  /** A group that forms in the run. */
  public Plan(
      int members,
      long millis,
      String churn,
      List<String> faults,
      double lossPercent,
      int partitions,
      String profile,
      long seed,
      double joinsPerMinute,
      double evictionsPerMinute,
      int byzantine,
      Optional<String> plant,
      boolean everySignature) {
    this(
        members,
        millis,
        churn,
        faults,
        lossPercent,
        partitions,
        profile,
        seed,
        joinsPerMinute,
        evictionsPerMinute,
        byzantine,
        plant,
        everySignature,
        false);
  }

  public Plan withSeed(long other) {
    return new Plan(
        members,
        millis,
        churn,
        faults,
        lossPercent,
        partitions,
        profile,
        other,
        joinsPerMinute,
        evictionsPerMinute,
        byzantine,
        plant,
        everySignature,
        formed);
  }

  public Plan withMembers(int fewer) {
    return new Plan(
        fewer,
        millis,
        churn,
        faults,
        lossPercent,
        partitions,
        profile,
        seed,
        joinsPerMinute,
        evictionsPerMinute,
        byzantine,
        plant,
        everySignature,
        formed);
  }

  public Plan withMillis(long shorter) {
    return new Plan(
        members,
        shorter,
        churn,
        faults,
        lossPercent,
        partitions,
        profile,
        seed,
        joinsPerMinute,
        evictionsPerMinute,
        byzantine,
        plant,
        everySignature,
        formed);
  }

  public Plan withFaults(List<String> fewer) {
    return new Plan(
        members,
        millis,
        churn,
        fewer,
        lossPercent,
        partitions,
        profile,
        seed,
        joinsPerMinute,
        evictionsPerMinute,
        byzantine,
        plant,
        everySignature,
        formed);
  }

  public Plan withChurn(String other) {
    return new Plan(
        members,
        millis,
        other,
        faults,
        lossPercent,
        partitions,
        profile,
        seed,
        joinsPerMinute,
        evictionsPerMinute,
        byzantine,
        plant,
        everySignature,
        formed);
  }

  public Plan withByzantine(int fewer) {
    return new Plan(
        members,
        millis,
        churn,
        faults,
        lossPercent,
        partitions,
        profile,
        seed,
        joinsPerMinute,
        evictionsPerMinute,
        fewer,
        plant,
        everySignature,
        formed);
  }

  public Plan withComers(double joins, double evictions) {
    return new Plan(
        members,
        millis,
        churn,
        faults,
        lossPercent,
        partitions,
        profile,
        seed,
        joins,
        evictions,
        byzantine,
        plant,
        everySignature,
        formed);
  }

  public Plan withEverySignature() {
    return new Plan(
        members,
        millis,
        churn,
        faults,
        lossPercent,
        partitions,
        profile,
        seed,
        joinsPerMinute,
        evictionsPerMinute,
        byzantine,
        plant,
        true,
        formed);
  }

  public Plan withAllIn() {
    return new Plan(
        members,
        millis,
        churn,
        faults,
        lossPercent,
        partitions,
        profile,
        seed,
        joinsPerMinute,
        evictionsPerMinute,
        byzantine,
        plant,
        everySignature,
        true);
  }
}
