using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Kiroku.Webhooks.Deliveries;

/// <summary>Signs events as Standard Webhooks says (https://www.standardwebhooks.com).</summary>
internal static class WebhookSignature
{
    public const string IdHeader = "webhook-id";
    public const string TimestampHeader = "webhook-timestamp";
    public const string Header = "webhook-signature";

    /// <summary>The time as the header has it: seconds since 1970.</summary>
    public static string Timestamp(DateTime time)
        => new DateTimeOffset(time, TimeSpan.Zero).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    /// <summary>A signature with each of the secrets, with spaces between.</summary>
    public static string Sign(IEnumerable<byte[]> secrets, string id, string timestamp, ReadOnlySpan<byte> body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        return string.Join(
            ' ', secrets.Select(secret => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(secret, signed))}"));
    }
}
