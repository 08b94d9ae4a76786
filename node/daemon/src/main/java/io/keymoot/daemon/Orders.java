package io.keymoot.daemon;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * What the demo tells its peers besides what their APIs take: to be cut off from some of the
 * others, on standard input, a line each. A peer ends with its input, so none outlives the demo.
 *
 * <pre>
 *   address          says   address NAME
 *   cut NAME NAME …  hears nothing from these
 *   heal             hears everybody
 * </pre>
 */
final class Orders {
  private Orders() {}

  static void obey(Runnable end) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    try (BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String order = orders.readLine(); order != null; order = orders.readLine()) {
        List<String> words = Arrays.asList(order.split(" ", -1));
        Cut cut = Cut.current().orElse(null);
        if (cut == null) {
          continue;
        }
        switch (words.get(0)) {
          case "address" -> out.println("address " + cut.address().orElse(""));
          case "cut" -> cut.from(words.subList(1, words.size()));
          case "heal" -> cut.from(List.of());
          default -> out.println("no such order");
        }
      }
    } catch (IOException e) {
      // The demo is gone.
    }
    end.run();
  }
}
