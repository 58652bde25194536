using System.Net.Sockets;
using System.Security.Authentication;

namespace Kiroku.CommandLine.Clouds;

/// <summary>Failures of the way to a service, which another attempt may not have.</summary>
internal static class Connection
{
    public static bool IsLost(Exception e, CancellationToken cancellationToken)
        => e is HttpRequestException or IOException or TimeoutException && !cancellationToken.IsCancellationRequested;

    /// <summary>What the address does, in a few words.</summary>
    public static string Explain(Exception e) => e switch
    {
        HttpRequestException { InnerException: AuthenticationException inner }
            => $"shows a certificate that is not trusted; OS_CACERT names its authority ({inner.Message.TrimEnd('.')})",
        HttpRequestException { InnerException: SocketException inner } => $"cannot be reached: {inner.Message}",
        TimeoutException => e.Message,
        _ => $"cannot be reached: {e.Message.TrimEnd('.')}",
    };
}
