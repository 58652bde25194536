using System.Text;

namespace Kiroku.Servers.State;

/// <summary>
/// The host names of guests, made from their servers' names unless the request chose one (nova/utils.py,
/// sanitize_hostname).
/// </summary>
internal static class Hostnames
{
    private const int MaxLength = 63;

    public static string Of(Server server) => server.Labels.Hostname ?? FromName(server);

    private static string FromName(Server server)
    {
        var latin = string.Concat(server.Name.Where(character => character <= 0xFF));
        var made = new StringBuilder();
        foreach (var character in latin.Length > MaxLength ? latin[..MaxLength] : latin)
        {
            if (character is ' ' or '_' or '.' or '-')
                made.Append('-');
            else if (char.IsLetterOrDigit(character))
                made.Append(char.ToLowerInvariant(character));
        }
        var trimmed = made.ToString().Trim('-', '.');
        return trimmed.Length > 0 ? trimmed : $"Server-{server.Id}";
    }
}
