using System.CommandLine.Parsing;
using System.Net;
using System.Net.Sockets;

namespace Kiroku.CommandLine;

/// <summary>
/// Validates the address to listen on: http or https, and no host name but localhost. For other names Kestrel would
/// listen on every interface.
/// </summary>
internal static class ListenAddress
{
    public static void Validate(OptionResult result)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (result.Tokens.Count > 0 && Complaint(text) is { } complaint)
            result.AddError($"--listen {text}: {complaint}");
    }

    /// <summary>
    /// Makes sure that the address is free before anything else starts, because a half-started service fails slowly
    /// and with much noise.
    /// </summary>
    /// <exception cref="UsageException">The address is taken, not this machine's, or not allowed to this
    /// account.</exception>
    public static void RequireFree(string text)
    {
        var uri = new Uri(text);
        try
        {
            using var listener = new TcpListener(
                uri.Host == "localhost" ? IPAddress.Loopback : IPAddress.Parse(uri.Host), uri.Port);
            listener.Start();
        }
        catch (SocketException e)
        {
            throw new UsageException($"cannot listen on {text}: {e.Message}", e);
        }
    }

    private static string? Complaint(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            return "not an address such as http://127.0.0.1:8774";
        if (uri.PathAndQuery != "/" || uri.Fragment.Length > 0 || uri.UserInfo.Length > 0)
            return "an address ends with its port, such as http://127.0.0.1:8774";
        if (uri.Host != "localhost" && !IPAddress.TryParse(uri.Host, out _))
            return "the host is to be an IP address or localhost (0.0.0.0 and [::] stand for all)";
        if (uri is { Host: "localhost", Port: 0 })
            return "a free port is taken on an IP address, such as http://127.0.0.1:0";
        return null;
    }
}
