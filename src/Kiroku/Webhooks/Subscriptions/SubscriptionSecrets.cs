using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace Kiroku.Webhooks.Subscriptions;

/// <summary>
/// The secrets by which receivers know events of this service. They lie in the store sealed with its keys, each for its
/// subscription alone, and are shown once.
/// </summary>
internal sealed class SubscriptionSecrets(IDataProtectionProvider protection)
{
    /// <summary>How long events are signed with the former secret as well after a rotation.</summary>
    public static readonly TimeSpan FormerLifetime = TimeSpan.FromHours(24);

    /// <summary>What a secret begins with, as Standard Webhooks has it.</summary>
    private const string Prefix = "whsec_";

    private const int Bytes = 32;

    /// <returns>The text to show, and what is stored.</returns>
    public (string Shown, byte[] Sealed) Make(Guid subscription)
    {
        var secret = RandomNumberGenerator.GetBytes(Bytes);
        return ($"{Prefix}{Convert.ToBase64String(secret)}", ProtectorOf(subscription).Protect(secret));
    }

    /// <summary>The secrets to sign with at that time, the present one first.</summary>
    public IReadOnlyList<byte[]> Open(SubscriptionRow row, DateTime now)
    {
        var protector = ProtectorOf(row.Id);
        return row.FormerSecret is { } former && row.FormerUntil > now
            ? [protector.Unprotect(row.Secret), protector.Unprotect(former)]
            : [protector.Unprotect(row.Secret)];
    }

    private IDataProtector ProtectorOf(Guid subscription)
        => protection.CreateProtector("Kiroku.Webhooks.Secret", $"{subscription}");
}
