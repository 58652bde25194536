using Microsoft.Extensions.Options;

namespace Kiroku.Api;

/// <summary>Regularly checks whether the certificate for https was replaced, and warns before it expires.</summary>
internal sealed partial class CertificateWatch(
    ServingCertificate certificate, IOptions<ApiOptions> options, TimeProvider time, ILogger<CertificateWatch> logger)
    : RepeatedWork(options.Value.CertificateInterval, time, logger)
{
    private string? concern;

    protected override string Work => "Looking for a new certificate";

    protected override Task WorkAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (certificate.Refresh())
                LogTaken(options.Value.Certificate!, certificate.Current.Certificate.Thumbprint);
        }
        catch (CertificateException e)
        {
            LogRefused(e.Message);
        }
        var now = certificate.Current.Concern(Time.GetUtcNow());
        if (now is not null && now != concern)
            LogConcern(options.Value.Certificate!, now);
        concern = now;
        return Task.CompletedTask;
    }

    [LoggerMessage(
        LogLevel.Information, "The certificate {File} was replaced; the service shows the new one now ({Thumbprint})")]
    private partial void LogTaken(string file, string thumbprint);

    [LoggerMessage(LogLevel.Warning, "The service goes on with the previous certificate: {Why}")]
    private partial void LogRefused(string why);

    [LoggerMessage(LogLevel.Warning, "The certificate {File} {Concern}")]
    private partial void LogConcern(string file, string concern);
}
