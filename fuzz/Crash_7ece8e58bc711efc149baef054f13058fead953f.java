import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

public class Crash_7ece8e58bc711efc149baef054f13058fead953f {
    static final String base64Bytes = String.join("", "SyIxZTIi");

    public static void main(String[] args) throws Throwable {
        Crash_7ece8e58bc711efc149baef054f13058fead953f.class.getClassLoader().setDefaultAssertionStatus(true);
        try {
            Method fuzzerInitialize = dev.remuda.protocol.ValueFuzz.class.getMethod("fuzzerInitialize");
            fuzzerInitialize.invoke(null);
        } catch (NoSuchMethodException ignored) {
            try {
                Method fuzzerInitialize = dev.remuda.protocol.ValueFuzz.class.getMethod("fuzzerInitialize", String[].class);
                fuzzerInitialize.invoke(null, (Object) args);
            } catch (NoSuchMethodException ignored1) {
            } catch (IllegalAccessException | InvocationTargetException e) {
                e.printStackTrace();
                System.exit(1);
            }
        } catch (IllegalAccessException | InvocationTargetException e) {
            e.printStackTrace();
            System.exit(1);
        }
        byte[] input = java.util.Base64.getDecoder().decode(base64Bytes);
        dev.remuda.protocol.ValueFuzz.fuzzerTestOneInput(input);
    }
}