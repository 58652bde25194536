using System.Text;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Identity.Accounts;
using Kiroku.Identity.Api;
using Kiroku.Identity.Keystone;
using Kiroku.Identity.RateLimits;
using Kiroku.Identity.Setup;
using Kiroku.Identity.SigningIn;
using Kiroku.Identity.Tokens;
using Kiroku.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Kiroku.Identity;

/// <summary>Puts the identity service together.</summary>
internal static class IdentityRoom
{
    public static void AddIdentity(this IServiceCollection services, ServiceSettings settings)
    {
        services.AddRules(typeof(IdentityRules));
        services.AddSettings();
        services.AddSealing();
        services.AddAccounts();
        services.AddSigningIn();
        services.AddTokens();
        services.AddKeystone(settings);
        services.AddSetup();
    }

    public static void UseIdentity(this IApplicationBuilder app) => app.UseMiddleware<IdentityMiddleware>();

    /// <summary>Comes after the token is checked, because it counts requests by user.</summary>
    public static void UseRequestRates(this IApplicationBuilder app) => app.UseMiddleware<RequestRateMiddleware>();

    /// <summary>Maps our own identity, unless a Keystone is configured instead.</summary>
    public static void MapIdentity(this IEndpointRouteBuilder app)
    {
        if (app.ServiceProvider.GetRequiredService<IOptions<KeystoneOptions>>().Value.IsUsed)
            return;
        app.MapGet("/identity", IdentityVersions.List);
        app.MapGet("/identity/v3", IdentityVersions.Show);
        app.MapTokens();
        app.MapCatalog();
        app.MapDomains();
        app.MapProjects();
        app.MapUsers();
        app.MapPassword();
        app.MapRoles();
        app.MapImpliedRoles();
        app.MapAssignments();
        app.MapCredentials();
    }

    private static void AddSettings(this IServiceCollection services)
    {
        services.AddOptions<IdentityOptions>().BindConfiguration(IdentityOptions.Section)
            .Validate(o => o.TokenLifetime > TimeSpan.Zero && o.TokenLifetime <= TimeSpan.FromDays(3650),
                "Identity:TokenLifetime is to be longer than nothing and at most ten years, as in 01:00:00.")
            .Validate(o => o.Region.Length > 0
                && o.Region.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'),
                "Identity:Region is to be a word of letters, digits, '-', '_' and '.'.")
            .Validate(o => o.FailuresPerUser > 0 && o.FailuresPerAddress > 0 && o.FailuresOfStrangers > 0,
                "Identity:FailuresPerUser, Identity:FailuresPerAddress and Identity:FailuresOfStrangers are to be at "
                    + "least 1.")
            .Validate(o => o.FamiliarFailureDelay >= TimeSpan.Zero
                && o.FamiliarFailureDelay <= TimeSpan.FromSeconds(15),
                "Identity:FamiliarFailureDelay is to be a time of at most 15 seconds.")
            .Validate(o => o.KnownFor >= TimeSpan.Zero && o.KnownFor <= TimeSpan.FromDays(3660),
                "Identity:KnownFor is to be a time of at most ten years.")
            .Validate(o => o.FailureDelay >= TimeSpan.Zero && o.FailureDelay <= TimeSpan.FromHours(1),
                "Identity:FailureDelay is to be a time of at most an hour.")
            .Validate(o => o.FailureMemory > TimeSpan.Zero, "Identity:FailureMemory is to be a time, as 00:15:00.")
            .ValidateOnStart();
        services.AddOptions<RateLimitOptions>().BindConfiguration(RateLimitOptions.Section)
            .Validate(o => o.WritesPerMinute is -1 or > 0 && o.ReadsPerMinute is -1 or > 0,
                "RateLimit:WritesPerMinute and RateLimit:ReadsPerMinute are to be at least 1, or -1 for no limit.")
            .ValidateOnStart();
    }

    /// <summary>Registers the encryption of tokens and reads their headers as bytes.</summary>
    private static void AddSealing(this IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("Kiroku");
        services.AddOptions<KeyManagementOptions>()
            .Configure<IDatabase>((keys, database) => keys.XmlRepository = new SealingKeys(database));
        // Silences a warning that keys are not encrypted at rest. The store is private, as is the file with the
        // passwords.
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error));
        // A token may be any bytes. By default Kestrel answers a header that is not UTF-8 with 400 before our code
        // sees it.
        services.Configure<KestrelServerOptions>(kestrel => kestrel.RequestHeaderEncodingSelector =
            name => name.StartsWith("X-", StringComparison.OrdinalIgnoreCase) ? Encoding.Latin1 : null);
    }

    private static void AddAccounts(this IServiceCollection services)
    {
        services.AddSingleton<IdentityRows>();
        services.AddSingleton<ProjectStore>();
        services.AddSingleton<IProjects>(provider => new KnownProjects(
            isOurs: !provider.GetRequiredService<IOptions<KeystoneOptions>>().Value.IsUsed));
        services.AddSingleton<UserStore>();
        services.AddSingleton<IUserNames>(provider => provider.GetRequiredService<UserStore>());
        services.AddSingleton<RoleStore>();
        services.AddSingleton<CredentialStore>();
    }

    private static void AddSigningIn(this IServiceCollection services)
    {
        services.AddSingleton<Passwords>();
        services.AddSingleton<SignInQueue>();
        services.AddSingleton<SignInGuard>();
        services.AddSingleton<KnownAddresses>();
        services.AddSingleton<Proofs>();
    }

    private static void AddTokens(this IServiceCollection services)
    {
        services.AddSingleton<KnownTokens>();
        services.AddSingleton<IdentityStore>();
        services.AddSingleton<TokenSealer>();
        services.AddSingleton<OwnTokens>();
        services.AddSingleton<RequestRates>();
    }

    private static void AddKeystone(this IServiceCollection services, ServiceSettings settings)
    {
        services.AddOptions<KeystoneOptions>().BindConfiguration(KeystoneOptions.Section)
            .Configure(o => o.Url = settings.Keystone ?? o.Url);
        services.AddSingleton<IValidateOptions<KeystoneOptions>, KeystoneCheck>();
        services.AddSingleton<KeystoneClient>();
        services.AddSingleton<KeystoneTokens>();
        services.AddSingleton<ITokenValidator>(
            provider => provider.GetRequiredService<IOptions<KeystoneOptions>>().Value.IsUsed
                ? provider.GetRequiredService<KeystoneTokens>()
                : provider.GetRequiredService<OwnTokens>());
        services.AddSingleton<IStandingCallers, StandingCallers>();
        services.AddSingleton(
            provider => provider.GetRequiredService<IOptions<KeystoneOptions>>().Value is { IsUsed: true } keystone
                ? new IdentityAddress(keystone.PublicUrl)
                : new IdentityAddress(null));
    }

    private static void AddSetup(this IServiceCollection services)
    {
        services.AddSingleton<HomeProject>();
        services.AddSingleton<CallersAddress>();
        services.AddSingleton<CloudsFile>();
        services.AddHostedService<Bootstrap>();
        services.AddSingleton<CloudsUpkeep>();
        services.AddHostedService(provider => provider.GetRequiredService<CloudsUpkeep>());
    }
}
