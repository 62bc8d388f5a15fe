import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * One customer through `jpki-card bridge`, without dependencies, Java 17 or newer. See docs/bridge.md.
 *
 *     java Kiosk.java ws://127.0.0.1:35970 bridge.secret
 *
 * The second argument is the file of the one-time secret. The PIN is read from standard input, without echo at a terminal.
 */
public final class Kiosk implements WebSocket.Listener {
  private static final String PROTOCOL = "jpki-card-bridge.v1";
  private static final int LONGEST = 4 * 1024 * 1024;
  private static final String END = "";

  private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
  private final StringBuilder parts = new StringBuilder();
  private final WebSocket socket;
  private int id;

  /** Pings are answered by the client of the JDK. */
  private Kiosk(String address) {
    URI uri = URI.create(address + "/bridge");
    if (!"ws".equals(uri.getScheme()) || !List.of("127.0.0.1", "[::1]", "localhost").contains(uri.getHost())) {
      throw new IllegalArgumentException("the address must be ws:// on the local machine");
    }
    socket = HttpClient.newHttpClient().newWebSocketBuilder()
        .subprotocols(PROTOCOL).connectTimeout(Duration.ofSeconds(10)).buildAsync(uri, this).join();
    if (!PROTOCOL.equals(socket.getSubprotocol())) throw new IllegalStateException("another version of the protocol");
  }

  @Override
  public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
    parts.append(part);
    if (parts.length() > LONGEST) socket.abort();
    if (last) {
      messages.add(parts.toString());
      parts.setLength(0);
    }
    socket.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
    messages.add(END);
    return null;
  }

  @Override
  public void onError(WebSocket socket, Throwable error) {
    messages.add(END);
  }

  /** The next frame. */
  private Map<?, ?> receive(long seconds) throws InterruptedException {
    String message = messages.poll(seconds, TimeUnit.SECONDS);
    if (message == null || message.equals(END)) throw new IllegalStateException("the connection to the bridge has ended");
    return (Map<?, ?>) new Json(message).read();
  }

  /** Parameters are strings and numbers that need no escapes. */
  private synchronized void call(String method, Map<String, ?> params) {
    List<String> fields = new ArrayList<>();
    params.forEach((name, value) -> fields.add("\"" + name + "\":" + (value instanceof String ? "\"" + value + "\"" : value)));
    String frame = "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"%s\",\"params\":{%s}}";
    socket.sendText(frame.formatted(++id, method, String.join(",", fields)), true).join();
  }

  /** A binary frame: id and question, four bytes each, big-endian, then the PIN. Both are wiped. */
  private synchronized void sendPin(int question, byte[] pin) {
    byte[] frame = ByteBuffer.allocate(8 + pin.length).putInt(++id).putInt(question).put(pin).array();
    socket.sendBinary(ByteBuffer.wrap(frame), true).join();
    Arrays.fill(frame, (byte) 0);
    Arrays.fill(pin, (byte) 0);
  }

  private void pair(byte[] secret) throws InterruptedException, GeneralSecurityException {
    Object theirs = ((Map<?, ?>) receive(10).get("params")).get("nonce");
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    String ours = text(random);
    call("session.pair", Map.of("nonce", ours, "proof", proof(secret, "client", theirs, ours)));
    Map<?, ?> answer = receive(10);
    Object proof = answer.get("result") instanceof Map<?, ?> result ? result.get("proof") : null;
    // Another program on the port of the bridge does not know the secret: nothing more is sent to it.
    byte[] expected = proof(secret, "bridge", theirs, ours).getBytes(StandardCharsets.US_ASCII);
    if (!MessageDigest.isEqual(expected, String.valueOf(proof).getBytes(StandardCharsets.US_ASCII))) {
      throw new SecurityException("not paired: " + (answer.containsKey("error") ? answer.get("error") : "the proof of the bridge is wrong"));
    }
  }

  private static String proof(byte[] secret, String side, Object theirs, String ours) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret, "HmacSHA256"));
    String covered = String.join("\n", side, PROTOCOL, "program", String.valueOf(theirs), ours);
    return text(mac.doFinal(covered.getBytes(StandardCharsets.UTF_8)));
  }

  private static String text(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** One line of standard input, never as a String, which could not be wiped. */
  private static byte[] readPin() throws java.io.IOException {
    byte[] pin = new byte[16];
    int length = 0;
    char[] typed = System.console() == null ? null : System.console().readPassword();
    if (typed != null) {
      while (length < Math.min(typed.length, 16)) pin[length] = (byte) typed[length++];
      Arrays.fill(typed, '\0');
    } else {
      for (int one; length < 16 && (one = System.in.read()) >= ' '; ) pin[length++] = (byte) one;
    }
    byte[] line = Arrays.copyOf(pin, length);
    Arrays.fill(pin, (byte) 0);
    return line;
  }

  private void enter(Object visit, Object question) {
    try {
      byte[] pin = readPin();
      if (pin.length > 0) sendPin(((Number) question).intValue(), pin);
      else call("visit.cancel", Map.of("visit", visit));
    } catch (java.io.IOException error) {
      call("visit.cancel", Map.of("visit", visit));
    }
  }

  /** Serves one customer. Whether the attributes were read. */
  private boolean serve() throws InterruptedException {
    while (true) {
      Map<?, ?> message = receive(Integer.MAX_VALUE);
      Map<?, ?> event = message.get("params") instanceof Map<?, ?> params ? params : Map.of();
      switch (String.valueOf(message.get("method"))) {
        case "screen" -> {
          Map<?, ?> shown = (Map<?, ?>) event.get("text");
          for (String part : List.of("notice", "title", "text", "next")) {
            if (shown.get(part) instanceof String line && !line.isEmpty()) System.out.println(line);
          }
        }
        case "visit" -> call("visit.serve",
            Map.of("visit", event.get("visit"), "purpose", "application-form", "service", "attributes"));
        // In a thread of its own, so that the card may be pulled meanwhile.
        case "question" -> {
          Thread thread = new Thread(() -> enter(event.get("visit"), event.get("question")));
          thread.setDaemon(true);
          thread.start();
        }
        case "outcome" -> {
          // The attributes are personal: an application fills in its form with them.
          Object read = event.get("attributes") instanceof Map<?, ?> attributes ? attributes.keySet() : event.get("code");
          System.out.println("outcome: " + event.get("kind") + " " + read);
          return "attributes".equals(event.get("kind"));
        }
        default -> {
          if (message.get("error") instanceof Map<?, ?> error) System.err.println("refused: " + error);
        }
      }
    }
  }

  public static void main(String[] arguments) throws Exception {
    byte[] encoded = Files.readAllBytes(Path.of(arguments[1]));
    byte[] secret = Base64.getUrlDecoder().decode(Arrays.copyOf(encoded, 43));
    Kiosk kiosk = new Kiosk(arguments[0]);
    kiosk.pair(secret);
    Arrays.fill(encoded, (byte) 0);
    Arrays.fill(secret, (byte) 0);
    boolean served = kiosk.serve();
    kiosk.socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
    System.exit(served ? 0 : 1);
  }

  /** JSON of the bridge, as maps, lists, strings, numbers and booleans. An application takes a library for it. */
  private static final class Json {
    private final String text;
    private int at;

    Json(String text) {
      this.text = text;
    }

    Object read() {
      char first = text.charAt(at);
      if (first == '"') return string();
      if (first == '{' || first == '[') return first == '{' ? object() : list();
      int from = at;
      while (at < text.length() && ",]}".indexOf(text.charAt(at)) < 0) at++;
      String word = text.substring(from, at);
      return switch (word) {
        case "true", "false" -> Boolean.valueOf(word);
        case "null" -> null;
        default -> Long.valueOf(word);
      };
    }

    private Map<String, Object> object() {
      Map<String, Object> fields = new LinkedHashMap<>();
      for (at++; text.charAt(at) != '}'; at += text.charAt(at) == ',' ? 1 : 0) {
        String name = string();
        at++;
        fields.put(name, read());
      }
      at++;
      return fields;
    }

    private List<Object> list() {
      List<Object> items = new ArrayList<>();
      for (at++; text.charAt(at) != ']'; at += text.charAt(at) == ',' ? 1 : 0) items.add(read());
      at++;
      return items;
    }

    private String string() {
      StringBuilder made = new StringBuilder();
      for (at++; text.charAt(at) != '"'; at++) {
        char one = text.charAt(at);
        if (one != '\\') {
          made.append(one);
        } else if (text.charAt(++at) == 'u') {
          made.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
          at += 4;
        } else {
          int escape = "bfnrt".indexOf(text.charAt(at));
          made.append(escape < 0 ? text.charAt(at) : "\b\f\n\r\t".charAt(escape));
        }
      }
      at++;
      return made.toString();
    }
  }
}
