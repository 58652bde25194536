using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;

namespace Kiroku.Api;

/// <summary>Sets up the address that the service listens on and the one that its answers name.</summary>
internal static class ApiRoom
{
    public static void AddApi(this WebApplicationBuilder builder, ServiceSettings settings)
    {
        builder.Services.AddOptions<ApiOptions>().BindConfiguration(ApiOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<ApiOptions>, ApiCheck>();
        builder.Services.AddOptions<ForwardedHeadersOptions>()
            .PostConfigure<IOptions<ApiOptions>>(
                (forwarded, api) => TrustedProxies.SetUp(forwarded, api.Value.TrustedProxies));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        if (settings.IsEncrypted)
            builder.AddTls(settings);
        else
            builder.WebHost.UseUrls(settings.Listen);
    }

    /// <summary>Gives each request the address that its caller used, before other code reads it.</summary>
    public static void UseAddresses(this WebApplication app)
    {
        app.UseForwardedHeaders();
        var address = PublicUrl.Parse(app.Services.GetRequiredService<IOptions<ApiOptions>>().Value.PublicUrl);
        app.Use((context, next) =>
        {
            if (address is not null)
                address.Set(context.Request);
            else if (!context.Request.Host.HasValue)
                // HTTP/1.0 requests carry no host.
                context.Request.Host = new HostString(
                    new IPEndPoint(context.Connection.LocalIpAddress!, context.Connection.LocalPort).ToString());
            return next(context);
        });
    }

    private static void AddTls(this WebApplicationBuilder builder, ServiceSettings settings)
    {
        builder.Services.AddSingleton<ServingCertificate>();
        builder.Services.AddHostedService<CertificateWatch>();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            var certificate = kestrel.ApplicationServices.GetRequiredService<ServingCertificate>();
            var address = new Uri(settings.Listen);
            if (address.Host == "localhost")
                kestrel.ListenLocalhost(address.Port, Encrypt);
            else
                kestrel.Listen(IPAddress.Parse(address.Host), address.Port, Encrypt);

            // Runs at each handshake, so that the next caller sees a replaced certificate.
            void Encrypt(ListenOptions listen)
                => listen.UseHttps(
                    new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(certificate.Shown) });
        });
    }
}
