import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

public class Crash_308d066c55c899cf3111fb61c54efbca93ae8e3e {
    static final String base64Bytes = String.join("", "BVsiZG8iLHt9LDE2LDkwLDE5MCw1NiwxMjM0NTYsOTAsMTU2LDExMTcyOCw5MCwxOTAsMC4xN11bImRvIix7fSwxNjYsMTExNzI4LDkwLDE5MCwwLjE3XVsiZG8iLHt9LDE2LDkwLDE5MCwzNDU2Nzg5MCwxZTg5MCwxZTM5OSwxMjM0NTY3ODk5MDEyMzQ1Njc3MWUzOTksMTIzNDU2Nzg5MTIzNDU2Nzg5OTAxMjM0Njc4OTAsMWUzOTksMTIzNDU2Nzg5OTAxMjM0OTAxMjM0NTY3NzFlMCwxLDkwLDE5MCw1NiwxMjM5OSwxMjM0NTY3ODkxMjM0NTY0NTY4OTkwMTIzNDU2Nzg1NjcxMjM0NTY3ODk5MDEyMzQ2Nzg5MCwxZTM5OSwxMjM0NTY3ODk5MDEyMzQ1Njg5OTAxMjM0NTY3ODkwLDE2Nzg5OTAxMjM0NTY3NzFlMzk5LDEyMzQ1Njc4OTEyMzQ1Njc4ZTg5MCwxZTM5OSwxMjM0NTY3ODE1NiwxMTE3MjgsOTAsMTkwLDAuMTddMSwxOTA5OTAxMjM0NTY3NzFlMzk5LDEyMzQ1Njc4MSw5OTAxMjM0Njc4OQDKmjsAAAAAOSwxMjM0NTY3ODk5MDEyMzQ1Njg5OTAxMjM0NzA4MTA2NSw5ZTM5N10=");

    public static void main(String[] args) throws Throwable {
        Crash_308d066c55c899cf3111fb61c54efbca93ae8e3e.class.getClassLoader().setDefaultAssertionStatus(true);
        try {
            Method fuzzerInitialize = dev.remuda.protocol.ReaderFuzz.class.getMethod("fuzzerInitialize");
            fuzzerInitialize.invoke(null);
        } catch (NoSuchMethodException ignored) {
            try {
                Method fuzzerInitialize = dev.remuda.protocol.ReaderFuzz.class.getMethod("fuzzerInitialize", String[].class);
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
        dev.remuda.protocol.ReaderFuzz.fuzzerTestOneInput(input);
    }
}