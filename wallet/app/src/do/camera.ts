import type { Camera } from '../model.js';

/** What of the browser's own reader of codes is used, where there is one. */
interface Detector {
  detect(source: CanvasImageSource): Promise<readonly { readonly rawValue: string }[]>;
}

interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

const EVERY_MS = 120;
const LONGEST = 720;

/** Shows the camera's picture and looks for a code in it, until `stop` says so. */
export async function watchCamera(
  video: HTMLVideoElement,
  stop: AbortSignal,
  onCamera: (camera: Camera) => void,
  onText: (text: string) => void,
): Promise<void> {
  const stream = await pictures(onCamera);
  if (stream === undefined) return;
  const end = (): void => stream.getTracks().forEach((track) => track.stop());
  if (stop.aborted) return end();
  stop.addEventListener('abort', end);
  video.srcObject = stream;
  await video.play().catch(() => undefined);
  onCamera('on');
  const read = (await nativeReader()) ?? (await ownReader());
  while (!stop.aborted) {
    const text = video.readyState >= 2 ? await read(video).catch(() => undefined) : undefined;
    if (stop.aborted) return;
    if (text !== undefined && text !== '') return onText(text);
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

async function pictures(onCamera: (camera: Camera) => void): Promise<MediaStream | undefined> {
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices === undefined) return void onCamera('none');
  try {
    return await devices.getUserMedia({ video: { facingMode: 'environment' }, audio: false });
  } catch (error) {
    onCamera(error instanceof DOMException && error.name === 'NotAllowedError' ? 'refused' : 'none');
    return undefined;
  }
}

type Read = (video: HTMLVideoElement) => Promise<string | undefined>;

async function nativeReader(): Promise<Read | undefined> {
  const { BarcodeDetector } = globalThis as { BarcodeDetector?: DetectorClass };
  const formats = await BarcodeDetector?.getSupportedFormats().catch((): string[] => []);
  if (BarcodeDetector === undefined || !formats?.includes('qr_code')) return undefined;
  const detector = new BarcodeDetector({ formats: ['qr_code'] });
  return async (video) => (await detector.detect(video))[0]?.rawValue;
}

/** Where the browser reads no codes, a library does, which is loaded then. */
async function ownReader(): Promise<Read> {
  const { decodeQR } = await import('qr/decode.js');
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  return (video) => {
    const scale = Math.min(1, LONGEST / Math.max(video.videoWidth, video.videoHeight, 1));
    const [width, height] = [Math.round(video.videoWidth * scale), Math.round(video.videoHeight * scale)];
    if (context === null || width === 0 || height === 0) return Promise.resolve(undefined);
    [canvas.width, canvas.height] = [width, height];
    context.drawImage(video, 0, 0, width, height);
    try {
      return Promise.resolve(decodeQR(context.getImageData(0, 0, width, height)));
    } catch {
      // There is no code in this picture.
      return Promise.resolve(undefined);
    }
  };
}
