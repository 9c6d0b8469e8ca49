// Every sentence of the page, in English and Chinese, and which of the two is shown. What the server says is English.

import { ofVisitor } from "./kept.js";

export const WORDS = {
  "notStarted": {"en": "not started", "zh": "未开始"},
  "headline": {"en": "ms from camera to screen", "zh": "毫秒，从摄像头到屏幕"},
  "language": {"en": "Language", "zh": "语言"},
  "whatToSwap": {"en": "What to swap", "zh": "要换脸的内容"},
  "live": {"en": "Live", "zh": "实时"},
  "photo": {"en": "Photo", "zh": "照片"},
  "yourPhoto": {"en": "Your photo", "zh": "你的照片"},
  "swappedPhoto": {"en": "Swapped photo", "zh": "换脸后的照片"},
  "dropPhoto": {"en": "Open a photo with people in it, drop one here, or paste it.", "zh": "打开一张有人的照片，或拖到这里，或粘贴。"},
  "photoStays": {"en": "It goes to this server and nowhere else, and is forgotten with the next one.", "zh": "照片只发送到这台服务器，不会发往别处；打开下一张时即被清除。"},
  "howMuchPhoto": {"en": "How much of the photo is shown as it was, from the left", "zh": "从左边起，显示多少原来的照片"},
  "openPhoto": {"en": "Open a photo", "zh": "打开照片"},
  "takePicture": {"en": "Use the camera", "zh": "使用摄像头"},
  "takeAPicture": {"en": "Take a picture", "zh": "拍一张照片"},
  "takeIt": {"en": "Take the picture", "zh": "拍照"},
  "download": {"en": "Download", "zh": "下载"},
  "format": {"en": "Format", "zh": "格式"},
  "clickFaces": {"en": "Choose a face beside the photo, then click whoever is to wear it; click again to take it off.", "zh": "先在旁边选择人脸，再点击照片中要换脸的人；再次点击则取消。"},
  "faceWears": {"en": "Face {number}: wears {name}", "zh": "第 {number} 张脸：换成 {name}"},
  "faceIsOwn": {"en": "Face {number}: as it is", "zh": "第 {number} 张脸：保持原样"},
  "nobodyInPhoto": {"en": "No face is seen in this photo. Try one in which faces are larger and lighter.", "zh": "这张照片里没有找到人脸。请换一张人脸更大、更亮的照片。"},
  "swapping": {"en": "Swapping …", "zh": "正在换脸……"},
  "yourCamera": {"en": "Your camera", "zh": "你的摄像头"},
  "swappedPicture": {"en": "Swapped picture", "zh": "换脸后的画面"},
  "cameraStaysOff": {"en": "Your camera stays off until you press Start.", "zh": "按“开始”之前，摄像头不会打开。"},
  "staysHere": {"en": "Pictures go to this server and nowhere else; nothing is stored.", "zh": "画面只发送到这台服务器，不会发往别处，也不会被保存。"},
  "before": {"en": "before", "zh": "换脸前"},
  "after": {"en": "After", "zh": "换脸后"},
  "howMuch": {"en": "How much of your own picture is shown, from the left", "zh": "从左边起，显示多少你自己的画面"},
  "start": {"en": "Start", "zh": "开始"},
  "stop": {"en": "Stop", "zh": "停止"},
  "pause": {"en": "Pause", "zh": "暂停"},
  "record": {"en": "Record", "zh": "录制"},
  "stopRecording": {"en": "Stop recording", "zh": "停止录制"},
  "smallWindow": {"en": "Small window", "zh": "小窗口"},
  "onlyPicture": {"en": "Only the picture", "zh": "只显示画面"},
  "fullScreen": {"en": "Full screen", "zh": "全屏"},
  "face": {"en": "Face", "zh": "人脸"},
  "addPhoto": {"en": "Add a face", "zh": "添加人脸"},
  "orDrop": {"en": "or drop one here, or paste it", "zh": "或拖到这里，或粘贴"},
  "consent": {"en": "The person in it agreed; or it is me, a painting, or a picture made for this", "zh": "照片中的人已同意，或者是我本人、一幅画作，或专为此制作"},
  "addToFace": {"en": "Add a photo of {name}", "zh": "为 {name} 添加一张照片"},
  "morePhotos": {"en": "More photos of this person", "zh": "此人的更多照片"},
  "photosOf": {"en": "{name} ({count} photos)", "zh": "{name}（{count} 张照片）"},
  "severalPhotos": {"en": "{count} photos: who is in them?", "zh": "{count} 张照片：里面是谁？"},
  "onePerson": {"en": "They show one person", "zh": "都是同一个人"},
  "oneEach": {"en": "Each shows another one", "zh": "每张各是一个人"},
  "cancel": {"en": "Cancel", "zh": "取消"},
  "whichFace": {"en": "Which face in {name}?", "zh": "{name} 中的哪张脸？"},
  "useThisFace": {"en": "Use this face in {name}?", "zh": "使用 {name} 中的这张脸吗？"},
  "takeFace": {"en": "Use face {number}", "zh": "使用第 {number} 张脸"},
  "notThisPhoto": {"en": "Not this photo", "zh": "不用这张照片"},
  "faceGood": {"en": "Good.", "zh": "很好。"},
  "faceSmall": {"en": "Small ({px} px): it will look soft. Use the photo in full resolution, or one from nearer.", "zh": "太小（{px} 像素），会显得模糊。请用原尺寸的照片，或离得更近的照片。"},
  "faceTurned": {"en": "Turned by {degrees}°: one side is hardly seen. One from the front looks better.", "zh": "转了 {degrees}°，有一侧几乎看不到。正面的照片效果更好。"},
  "faceDark": {"en": "Dark: colours and detail are lost. One in better light looks better.", "zh": "太暗，颜色和细节会丢失。光线更好的照片效果更好。"},
  "faceCut": {"en": "{percent}% of it lies outside the picture.", "zh": "有 {percent}% 在画面之外。"},
  "faceUnfit": {"en": "It cannot be worn.", "zh": "这张脸无法使用。"},
  "removeFace": {"en": "Remove {name}", "zh": "移除 {name}"},
  "look": {"en": "Look", "zh": "外观"},
  "swapper": {"en": "Swapper", "zh": "换脸方式"},
  "strength": {"en": "Strength", "zh": "强度"},
  "whenLost": {"en": "When the face is lost", "zh": "找不到人脸时"},
  "holdThenBlur": {"en": "hold, then blur", "zh": "先保持，再模糊"},
  "hold": {"en": "hold the last picture", "zh": "保持上一幅画面"},
  "blur": {"en": "blur", "zh": "模糊"},
  "slate": {"en": "show a message", "zh": "显示文字"},
  "pass": {"en": "show me unswapped", "zh": "显示未换脸的我"},
  "others": {"en": "Other people", "zh": "其他人"},
  "swap": {"en": "swap", "zh": "换脸"},
  "leave": {"en": "show them", "zh": "照常显示"},
  "mirror": {"en": "Mirror", "zh": "镜像"},
  "badge": {"en": "AI badge", "zh": "AI 标记"},
  "devices": {"en": "Camera and sound", "zh": "摄像头与声音"},
  "camera": {"en": "Camera", "zh": "摄像头"},
  "standard": {"en": "default", "zh": "默认"},
  "quality": {"en": "Quality", "zh": "画质"},
  "smooth": {"en": "smooth (100 ms)", "zh": "流畅（100 毫秒）"},
  "balanced": {"en": "balanced (150 ms)", "zh": "均衡（150 毫秒）"},
  "sharp": {"en": "sharp (400 ms)", "zh": "清晰（400 毫秒）"},
  "ownSize": {"en": "always this size:", "zh": "固定尺寸："},
  "sizeReduced": {"en": "{smaller} from now on: {size} took {glass} ms of {budget}, at {fps} fps.", "zh": "现在改用 {smaller}：{size} 用了 {glass} 毫秒（限 {budget} 毫秒），每秒 {fps} 帧。"},
  "budgetMissed": {"en": "Slower than it should be: {glass} ms of {budget}, at {fps} fps, and {size} is the smallest size.", "zh": "比预期慢：{glass} 毫秒（限 {budget} 毫秒），每秒 {fps} 帧；{size} 已是最小尺寸。"},
  "onAPhone": {"en": "Open on a phone", "zh": "在手机上打开"},
  "qrCode": {"en": "The address as a QR code", "zh": "地址的二维码"},
  "phoneNeedsHost": {"en": "This server listens to this machine only. Start it with --host 0.0.0.0 --tls-cert server.pem, and open the page anew.", "zh": "此服务器只接受本机访问。请用 --host 0.0.0.0 --tls-cert server.pem 启动，然后重新打开本页。"},
  "phoneNeedsHttps": {"en": "Photos work there. For the camera a phone wants https: start the server with --tls-cert server.pem.", "zh": "照片可用。手机摄像头需要 https：请用 --tls-cert server.pem 启动服务器。"},
  "phoneHttps": {"en": "Point the phone's camera at it. If the certificate is your own, the phone warns once: choose Advanced, then Continue. Whoever has this address is let in.", "zh": "用手机摄像头扫描。如果证书是自己签发的，手机会警告一次：选择“高级”，再选“继续”。任何有此地址的人都能进入。"},
  "keys": {"en": "Keys (?)", "zh": "快捷键 (?)"},
  "keysTitle": {"en": "Keys", "zh": "快捷键"},
  "keyStart": {"en": "start, stop", "zh": "开始、停止"},
  "keyFace": {"en": "wear this face", "zh": "换上这张脸"},
  "keyBack": {"en": "show everything again", "zh": "恢复全部显示"},
  "keyHelp": {"en": "this list", "zh": "此列表"},
  "useKeys": {"en": "Use these keys", "zh": "使用快捷键"},
  "close": {"en": "Close", "zh": "关闭"},
  "size": {"en": "Size", "zh": "尺寸"},
  "microphone": {"en": "Microphone", "zh": "麦克风"},
  "none": {"en": "none", "zh": "无"},
  "connection": {"en": "Connection", "zh": "连接方式"},
  "automatic": {"en": "automatic", "zh": "自动"},
  "measured": {"en": "Measured", "zh": "测量"},
  "cameraToScreen": {"en": "Camera to screen", "zh": "摄像头到屏幕"},
  "shown": {"en": "Shown", "zh": "显示"},
  "onServer": {"en": "On the server", "zh": "服务器上"},
  "network": {"en": "Network", "zh": "网络"},
  "howMeasured": {"en": "Camera to screen is read from a time code in the pixels: from when this page holds your camera's picture until it shows the swapped one. The camera's and the screen's own delays come on top.", "zh": "“摄像头到屏幕”由画面像素中的时间码读出：从本页取得摄像头画面起，到显示换脸后的画面为止。摄像头和屏幕自身的延迟不计在内。"},
  "reading": {"en": "Looking for the face in {name} …", "zh": "正在 {name} 中查找人脸……"},
  "asking": {"en": "asking for the camera", "zh": "正在请求使用摄像头"},
  "waitsForFirst": {"en": "Nothing is shown until the first swapped picture comes.", "zh": "在第一幅换脸后的画面到来之前，不显示任何内容。"},
  "cameraGone": {"en": "The camera was disconnected. Plug it in again, or allow it, then press Start.", "zh": "摄像头断开了。请重新接上或允许使用，然后按“开始”。"},
  "connecting": {"en": "connecting by {name}", "zh": "正在通过 {name} 连接"},
  "noPictures": {"en": "No pictures come. Nothing is shown until one comes.", "zh": "没有收到画面。下一幅到来之前不显示任何内容。"},
  "connectionLost": {"en": "The connection is lost. Nothing is shown until it is back.", "zh": "连接已断开。恢复之前不显示任何内容。"},
  "tryingAgain": {"en": "connection lost, trying again", "zh": "连接已断开，正在重试"},
  "stopped": {"en": "stopped", "zh": "已停止"},
  "wears": {"en": "face {face}", "zh": "人脸 {face}"},
  "paused": {"en": "paused", "zh": "已暂停"},
  "mirrored": {"en": "mirrored", "zh": "镜像"},
  "noBadge": {"en": "no badge", "zh": "无标记"},
  "running": {"en": "running", "zh": "运行中"},
  "stageWait": {"en": "wait", "zh": "等待"},
  "stageTrack": {"en": "track", "zh": "跟踪"},
  "stageSwap": {"en": "swap", "zh": "换脸"},
  "stageShow": {"en": "show", "zh": "检查"},
  "stageSend": {"en": "send", "zh": "发送"},
  "engineFailed": {"en": "The engine failed on {failed} of the last pictures, which are not shown. The server's messages say why.", "zh": "引擎未能处理最近的 {failed} 幅画面，这些画面没有显示。原因见服务器的消息。"},
  "cameraNeedsHttps": {"en": "Browsers give a camera only to https pages and to 127.0.0.1.", "zh": "浏览器只允许 https 页面和 127.0.0.1 使用摄像头。"},
  "cameraFails": {"en": "The camera cannot be opened: {problem}", "zh": "无法打开摄像头：{problem}"},
  "NotAllowedError": {"en": "The camera was not allowed.", "zh": "摄像头未获允许。"},
  "allowInChrome": {"en": "Click the sign at the left of the address, switch Camera on, then try again.", "zh": "点击地址左侧的图标，打开“摄像头”，然后重试。"},
  "allowInFirefox": {"en": "Click the crossed-out camera at the left of the address, remove the block with ×, then try again and choose Allow.", "zh": "点击地址左侧划掉的摄像头图标，用 × 取消阻止，然后重试并选择“允许”。"},
  "allowInSafari": {"en": "Open Safari > Settings > Websites > Camera, choose Allow for this page, then try again.", "zh": "打开 Safari > 设置 > 网站 > 摄像头，为本页选择“允许”，然后重试。"},
  "allowOnIphone": {"en": "Tap the sign at the left of the address, then Website Settings > Camera > Allow, and try again.", "zh": "轻点地址左侧的图标，选择“网站设置” > “摄像头” > “允许”，然后重试。"},
  "NotFoundError": {"en": "There is no camera here. Plug one in, then press Start again.", "zh": "这里没有摄像头。请接上一个，然后再按“开始”。"},
  "NotReadableError": {"en": "The camera is used by another program. Close that, then press Start again.", "zh": "摄像头正被其他程序使用。请关闭该程序，然后再按“开始”。"},
  "OverconstrainedError": {"en": "This camera cannot do that. Choose another size, or another camera.", "zh": "这个摄像头做不到。请选择其他尺寸或其他摄像头。"},
  "noAnswer": {"en": "the server does not answer", "zh": "服务器没有回应"},
  "seeWhether": {"en": "check that liveswap serve is still running", "zh": "请检查 liveswap serve 是否仍在运行"},
  "serverFull": {"en": "the server accepts no other session now", "zh": "服务器现在不接受新的会话"},
  "noSocket": {"en": "no WebSocket gets through either", "zh": "WebSocket 也无法连通"},
  "noRecorder": {"en": "This browser cannot record. Chrome, Edge, Firefox from 130 and Safari from 16.4 can.", "zh": "此浏览器无法录制。Chrome、Edge、Firefox 130 及以上、Safari 16.4 及以上可以。"},
  "noRtc": {"en": "WebRTC does not get through", "zh": "WebRTC 无法连通"}
};

const KEPT = "language";

/** What the visitor chose, else what their browser asks for. */
function wanted() {
  const chosen = ofVisitor?.getItem(KEPT);
  if (["en", "zh"].includes(chosen)) return chosen;
  return navigator.language.startsWith("zh") ? "zh" : "en";
}

let language = "en"; // as index.html has it

/** The words of a row; values: what stands in its {braces}. */
export const t = (row, values = {}) => WORDS[row][language].replace(/\{(\w+)\}/g, (_, name) => values[name]);

// Elements say their row themselves: data-t is their text, data-t-label and data-t-alt what screen readers are told.
const marked = [...document.querySelectorAll("[data-t], [data-t-label], [data-t-alt]")];

/** Show the page in a language; words that have changed meanwhile stay until they change again. */
function show(next) {
  for (const one of marked) {
    const { t: row, tLabel: label, tAlt: alt } = one.dataset;
    if (label) one.setAttribute("aria-label", WORDS[label][next]);
    if (alt) one.alt = WORDS[alt][next];
    if (row && one.textContent === WORDS[row][language]) one.textContent = WORDS[row][next];
  }
  language = next;
  document.documentElement.lang = next;
}

show(wanted());
const select = document.getElementById("language");
select.value = language;
select.onchange = () => {
  show(select.value);
  ofVisitor?.setItem(KEPT, select.value);
};
